"""An endpoint on loopback that streams one sentence the way each provider's API does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKENS = ("Hel", "lo, ", "wor", "ld", "!")
SENTENCE = "".join(TOKENS)


def _completions() -> list[dict[str, Any]]:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": token} for token in TOKENS]
    spoken = [
        {**chunk, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas
    ]
    last = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 1, "completion_tokens": 5, "total_tokens": 6}
    return [*spoken, last, {**chunk, "choices": [], "usage": usage}]


def _responses() -> list[dict[str, Any]]:
    part = {"type": "output_text", "text": SENTENCE, "annotations": []}
    item = {"id": "i", "type": "message", "role": "assistant", "status": "completed"}
    response = {
        "id": "r", "object": "response", "created_at": 1, "model": "m", "status": "completed",
        "output": [{**item, "content": [part]}], "parallel_tool_calls": True, "tool_choice": "auto",
        "tools": [],
    }  # fmt: skip
    at = {"item_id": "i", "output_index": 0, "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **at, "delta": t, "logprobs": []} for t in TOKENS),
        {"type": "response.output_text.done", **at, "text": SENTENCE, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "content": [part]},
        },
        {"type": "response.completed", "response": response},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _messages() -> list[dict[str, Any]]:
    usage = {"input_tokens": 1, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "m", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    thought = {"type": "thinking", "thinking": "", "signature": ""}
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": thought},
        {"type": "content_block_delta", "index": 0,
         "delta": {"type": "thinking_delta", "thinking": "Unspoken."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 1,
           "delta": {"type": "text_delta", "text": token}} for token in TOKENS),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
         "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]  # fmt: skip


def _ollama() -> list[dict[str, Any]]:
    chunk = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": False}
    thought = {"role": "assistant", "content": "", "thinking": "Unspoken."}
    said = [thought, *({"role": "assistant", "content": token} for token in TOKENS)]
    last = {**chunk, "message": {"role": "assistant", "content": ""}, "done": True}
    return [*({**chunk, "message": message} for message in said), last]


def _generated() -> list[dict[str, Any]]:
    chunk = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": False}
    return [{**chunk, "response": token} for token in TOKENS]


def _cohere() -> list[dict[str, Any]]:
    def told(kind: str, **content: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": {"type": "text", **content}}
        return {"type": f"content-{kind}", "index": 0, "delta": {"message": message}}

    return [
        {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant"}}},
        told("start", text=""),
        *(told("delta", text=token) for token in TOKENS),
        {"type": "content-end", "index": 0},
        {"type": "message-end", "id": "m", "delta": {"finish_reason": "COMPLETE"}},
    ]


def _tokens() -> list[dict[str, Any]]:
    tokens = [{"id": n, "logprob": 0, "special": False, "text": t} for n, t in enumerate(TOKENS)]
    end = {"id": 9, "logprob": 0, "special": True, "text": "</s>"}
    told = [{"index": n, "token": token, "details": None} for n, token in enumerate([*tokens, end])]
    return [*told[:-1], {**told[-1], "generated_text": SENTENCE}]


STREAMS = {
    "/v1/chat/completions": _completions,
    "/v1/responses": _responses,
    "/v1/messages": _messages,
    "/api/chat": _ollama,
    "/api/generate": _generated,
    "/v2/chat": _cohere,
    "/tokens": _tokens,
}
BY_LINE = ("/api/chat", "/api/generate")
"""What streams objects line by line, and no events."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event in STREAMS[path]():
            if path in BY_LINE:
                self.wfile.write(f"{json.dumps(event)}\n".encode())
                continue
            name = f"event: {event['type']}\n" if "type" in event else ""
            self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        if path == "/v1/chat/completions":
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def running_endpoint() -> Iterator[str]:
    """Serve; yields the address, without a path."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
