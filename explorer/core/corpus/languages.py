"""English names of languages by their ISO 639-1 code, for messages."""

from __future__ import annotations

_NAMES = (
    "af Afrikaans, am Amharic, ar Arabic, as Assamese, az Azerbaijani, be Belarusian, bg Bulgarian, bn Bengali, br "
    "Breton, bs Bosnian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, dz Dzongkha, el Greek, en English, "
    "eo Esperanto, es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fo Faroese, fr French, ga Irish, gl "
    "Galician, gu Gujarati, ha Hausa, he Hebrew, hi Hindi, hr Croatian, ht Haitian Creole, hu Hungarian, hy "
    "Armenian, id Indonesian, ig Igbo, is Icelandic, it Italian, ja Japanese, jv Javanese, ka Georgian, kk Kazakh, "
    "km Khmer, kn Kannada, ko Korean, ku Kurdish, ky Kyrgyz, la Latin, lb Luxembourgish, lo Lao, lt Lithuanian, lv "
    "Latvian, mg Malagasy, mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt Maltese, nb "
    "Norwegian Bokmål, ne Nepali, nl Dutch, nn Norwegian Nynorsk, no Norwegian, oc Occitan, om Oromo, or Odia, pa "
    "Punjabi, pl Polish, ps Pashto, pt Portuguese, qu Quechua, rn Kirundi, ro Romanian, ru Russian, rw Kinyarwanda, "
    "se Northern Sami, si Sinhala, sk Slovak, sl Slovenian, so Somali, sq Albanian, sr Serbian, sv Swedish, sw "
    "Swahili, ta Tamil, te Telugu, th Thai, tl Tagalog, tr Turkish, ug Uyghur, uk Ukrainian, ur Urdu, uz Uzbek, vi "
    "Vietnamese, vo Volapük, wa Walloon, xh Xhosa, yo Yoruba, zh Chinese, zu Zulu"
)
LANGUAGE_NAMES: dict[str, str] = {code: name for code, _, name in (item.partition(" ") for item in _NAMES.split(", "))}


def language_name(code: str) -> str:
    """``English`` for ``en``; the code itself where no name is known."""
    return LANGUAGE_NAMES.get(code, code)
