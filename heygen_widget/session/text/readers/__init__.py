"""Where the text is in what SDKs of language models stream: one small reader a family, one table.

A reader looks at the shape of a chunk and imports no SDK. It returns the new text, "" for a chunk
of its family that brings none, and None for a chunk of another family. It remembers nothing: what
tells a whole message says so, and may repeat what came before.
"""

from collections.abc import Callable, Sequence
from typing import Final

from heygen_widget.session.text.readers import (
    agents,
    anthropic,
    clouds,
    frameworks,
    langchain,
    openai,
)
from heygen_widget.session.text.readers.shapes import (
    Answer,
    Cumulative,
    Loose,
    ModelError,
    Part,
    Reading,
    UnspeakableChunk,
    Whole,
)

READERS: Final[tuple[Callable[[object], Reading], ...]] = (
    openai.read_choices,
    langchain.read_event,
    langchain.read_state,
    langchain.read_chain,
    clouds.read_bedrock,
    clouds.read_invoked,
    clouds.read_google,
    clouds.read_interaction,
    clouds.read_ollama,
    clouds.read_cohere,
    clouds.read_hugging_face,
    clouds.read_dashscope,
    clouds.read_watsonx,
    clouds.read_mistral,
    agents.read_pydantic_ai,
    agents.read_openai_agents,
    agents.read_autogen,
    agents.read_adk,
    agents.read_agno,
    agents.read_strands,
    agents.read_claude,
    frameworks.read_vllm,
    frameworks.read_dspy,
    openai.read_event,
    openai.read_thread,
    anthropic.read_event,
    frameworks.read_vercel,
    frameworks.read_workflow,
    langchain.read_message,
    frameworks.read_llama_index,
)

TAKEN: Final = (
    "strings, or what the streams of OpenAI, Anthropic, Google, Mistral, Cohere, Ollama, Bedrock, "
    "Hugging Face, LangChain, LangGraph, LiteLLM, LlamaIndex, pydantic-ai and openai-agents yield"
)


def parts_of(chunk: object) -> Sequence[str]:
    """Return the texts in one item of a stream; whole messages as `Whole`.

    Raises
    ------
    UnspeakableChunk
        When its shape is not known.
    ModelError
        When it says that the model failed or was cut off.
    """
    if isinstance(chunk, str):
        return (chunk,)
    chunk = _unwrapped(chunk)
    for read in READERS:
        if (found := read(chunk)) is not None:
            return (found,) if isinstance(found, str) else found
    raise UnspeakableChunk(f"No text was found in {type(chunk).__name__}. Avatars speak {TAKEN}.")


def _unwrapped(chunk: object) -> object:
    """Take a chunk out of what LangGraph, Mistral, Bedrock and openai-agents wrap it in."""
    for unwrap in (langchain.unwrapped, clouds.unwrapped, agents.unwrapped):
        inner = unwrap(chunk)
        if inner is not chunk:
            return _unwrapped(inner)
    return chunk


__all__ = [
    "READERS",
    "TAKEN",
    "Answer",
    "Cumulative",
    "Loose",
    "ModelError",
    "Part",
    "UnspeakableChunk",
    "Whole",
    "parts_of",
]
