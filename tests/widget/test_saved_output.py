"""What stands in for an avatar is a document, whatever was said."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from heygen_widget import Avatar, StreamingAvatar
from heygen_widget.widget.saved_output import Fallback

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["<script>alert(1)</script>", "</blockquote>&amp;", "<!--", "]]>", '"><img src=x>']
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(TEXT, TEXT, TEXT)
def test_text_in_it_is_text_and_never_markup(state: str, said: str, to_come: str) -> None:
    fallback = Fallback(
        state=state, extras="local", transcript=said, to_come=to_come, poster=b"\xff"
    )
    reader = _Reader()
    reader.feed(fallback.html)
    reader.close()
    assert set(reader.tags) <= {"div", "img", "p", "strong", "blockquote", "em"}
    for text in (state, said, to_come):
        assert text in reader.text
        assert text in fallback.plain


def test_what_is_long_is_cut_where_it_matters_least() -> None:
    fallback = Fallback(
        state="streaming",
        extras="local",
        transcript="early " * 9000 + "late",
        to_come="first" + " last" * 9000,
    )
    for shown in (fallback.html, fallback.plain):
        assert "late" in shown
        assert "first" in shown
        assert len(shown) < 20_000


def test_it_names_the_extras_that_its_kind_of_avatar_needs() -> None:
    for make, extras in ((Avatar, "local"), (StreamingAvatar, "local,webrtc")):
        avatar = make(local=True)
        data, _ = avatar._repr_mimebundle_()
        avatar.close()
        assert f"pip install 'heygen-widget[{extras}]'" in data["text/plain"]
