"""Where the text is in what SDKs of language models stream: one small reader a family, one table.

A reader looks at the shape of a chunk and imports no SDK. It returns the new text, "" for a chunk
of its family that brings none, and None for a chunk of another family.
"""

from collections.abc import Callable
from typing import Final

from heygen_widget.session.text.readers import anthropic, clouds, frameworks, langchain, openai
from heygen_widget.session.text.readers.shapes import (
    Cumulative,
    ModelError,
    UnspeakableChunk,
)

READERS: Final[tuple[Callable[[object], str | None], ...]] = (
    openai.read_choices,
    langchain.read_event,
    clouds.read_bedrock,
    clouds.read_google,
    clouds.read_ollama,
    clouds.read_cohere,
    clouds.read_hugging_face,
    frameworks.read_pydantic_ai,
    frameworks.read_openai_agents,
    frameworks.read_autogen,
    frameworks.read_vllm,
    frameworks.read_dspy,
    openai.read_event,
    anthropic.read_event,
    frameworks.read_vercel,
    langchain.read_message,
    frameworks.read_llama_index,
)

TAKEN: Final = (
    "strings, or what the streams of OpenAI, Anthropic, Google, Mistral, Cohere, Ollama, Bedrock, "
    "Hugging Face, LangChain, LangGraph, LiteLLM, LlamaIndex, pydantic-ai and openai-agents yield"
)


def text_of(chunk: object) -> str:
    """Return the new text in one item of a stream; "" if it brings none.

    Raises
    ------
    UnspeakableChunk
        When its shape is not known.
    ModelError
        When it says that the model failed or was cut off.
    """
    if isinstance(chunk, str):
        return chunk
    chunk = _unwrapped(chunk)
    for read in READERS:
        if (text := read(chunk)) is not None:
            return text
    raise UnspeakableChunk(
        f"There is no text to be found in {type(chunk).__name__}. Taken are {TAKEN}."
    )


def _unwrapped(chunk: object) -> object:
    """Take a chunk out of what LangGraph, Mistral, Bedrock and openai-agents wrap it in."""
    for unwrap in (langchain.unwrapped, clouds.unwrapped, frameworks.unwrapped):
        inner = unwrap(chunk)
        if inner is not chunk:
            return _unwrapped(inner)
    return chunk


__all__ = ["READERS", "TAKEN", "Cumulative", "ModelError", "UnspeakableChunk", "text_of"]
