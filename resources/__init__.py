"""Data only: samples, styles, icons, documents and licences. Installed as the package ``explorer.resources``."""
