"""The voices that the server lists: six people for English, and espeak-ng's languages.

Any other id speaks too, always in the same voice; it is only not listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from heygen_widget.local.voice.casting import VOICES, number_of

FEMALE: Final = "female"
MALE: Final = "male"

_PEOPLE: Final = {
    "vera": FEMALE,
    "adam": MALE,
    "grace": FEMALE,
    "jack": MALE,
    "nora": FEMALE,
    "hugo": MALE,
}
"""Ids that speak in each of the voices, in their order."""

_WOMAN: Final = "+f3"  # of espeak-ng
_LANGUAGES: Final = {
    "ar": ("Arabic", "Aisha", "Omar"),
    "cmn": ("Chinese", "Ling", "Wei"),
    "cs": ("Czech", "Jana", "Petr"),
    "da": ("Danish", "Freja", "Lars"),
    "de": ("German", "Greta", "Emil"),
    "el": ("Greek", "Eleni", "Nikos"),
    "es": ("Spanish", "Lucia", "Diego"),
    "fi": ("Finnish", "Aino", "Eero"),
    "fr": ("French", "Camille", "Luc"),
    "hi": ("Hindi", "Asha", "Ravi"),
    "it": ("Italian", "Giulia", "Marco"),
    "ko": ("Korean", "Jiwoo", "Minho"),
    "nl": ("Dutch", "Sanne", "Daan"),
    "pl": ("Polish", "Zofia", "Jan"),
    "pt-br": ("Portuguese", "Beatriz", "Rafael"),
    "ru": ("Russian", "Olga", "Boris"),
    "sv": ("Swedish", "Astrid", "Nils"),
    "tr": ("Turkish", "Elif", "Emre"),
}
_GREETINGS: Final = {
    "ar": "مرحبا.",
    "cmn": "你好。",
    "cs": "Dobrý den.",
    "da": "Goddag.",
    "de": "Guten Tag.",
    "el": "Καλημέρα.",
    "es": "Buenos días.",
    "fi": "Hyvää päivää.",
    "fr": "Bonjour.",
    "hi": "नमस्ते।",
    "it": "Buongiorno.",
    "ko": "안녕하세요.",
    "nl": "Goedendag.",
    "pl": "Dzień dobry.",
    "pt-br": "Bom dia.",
    "ru": "Здравствуйте.",
    "sv": "God dag.",
    "tr": "Merhaba.",
}


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A voice as the server lists it.

    Attributes
    ----------
    sample
        What its preview says.
    """

    voice_id: str
    name: str
    language: str
    gender: str
    sample: str


def list_voices(least: int, named: Mapping[str, str]) -> dict[str, ListedVoice]:
    """Return the voices by their ids, beside those in `named` `least` at least.

    Parameters
    ----------
    least
        How many; more than there are is for rehearsing long lists.
    named
        Installed voices by the ids that they speak for.
    """
    voices = [_english(voice_id, voice_id.title(), gender) for voice_id, gender in _PEOPLE.items()]
    voices += [
        _english(voice_id, name, FEMALE) for voice_id, name in named.items() if voice_id.strip()
    ]
    for tag, (language, woman, man) in _LANGUAGES.items():
        greeting = _GREETINGS[tag]
        voices.append(ListedVoice(tag + _WOMAN, woman, language, FEMALE, greeting))
        voices.append(ListedVoice(tag, man, language, MALE, greeting))
    names = {
        gender: [name for name in _PEOPLE if _PEOPLE[name] == gender] for gender in (FEMALE, MALE)
    }
    numbers = {gender: count() for gender in names}
    for number in range(least - len(voices) + len(named)):
        voice_id = f"rehearsal-{number + 1:04}"
        gender = MALE if number_of(voice_id) % len(VOICES) % 2 else FEMALE
        turn = next(numbers[gender])
        name = names[gender][turn % len(names[gender])]
        voices.append(
            _english(voice_id, f"{name.title()} {turn // len(names[gender]) + 2}", gender)
        )
    return {voice.voice_id: voice for voice in voices}


def _english(voice_id: str, name: str, gender: str) -> ListedVoice:
    return ListedVoice(voice_id, name, "English", gender, f"Hello, my name is {name}.")
