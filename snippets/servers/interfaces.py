import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Message = dict[str, Any]


# region apps
def wsgi_app(environ: Message, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"weather in ", environ["PATH_INFO"].encode()]


async def asgi_app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for part in (b"weather in ", scope["path"].encode()):
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body"})


# endregion


def wsgi_server() -> None:
    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        print("WSGI starts: ", status)

    body = wsgi_app({"PATH_INFO": "/Tromsø"}, start_response)
    print("WSGI returns:", b"".join(body).decode())


async def asgi_server() -> None:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        print("ASGI sends:  ", message.get("status") or message.get("body", b"").decode())

    await asgi_app({"type": "http", "path": "/Tromsø"}, receive, send)


wsgi_server()
asyncio.run(asgi_server())
