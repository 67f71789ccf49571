"""``python -m explorer``; also how the program starts its own worker process."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        from explorer.app.worker import main as serve

        serve(parent=int(sys.argv[2]), nice=int(sys.argv[3]))
    else:
        from explorer.cli import main

        sys.exit(main())
