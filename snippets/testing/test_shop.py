# /// script
# dependencies = ["anyio", "fastapi", "httpx", "pytest", "pytest-timeout"]
# [tool.runnable]
# native = "pytest is not among the libraries that this guide offers in the browser."
# timeline = false
# timeout = 30
# ///
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException

# In your project, the application is in one file, the fixtures in conftest.py, and the tests in
# files whose names start with test_.


# region app
class Bank:
    async def charge(self, customer: str) -> str:
        raise NotImplementedError("would charge a real card")


def get_bank() -> Bank:
    return Bank()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.stock = 1  # in production: open the database, and close it after the yield
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{customer}")
async def order(customer: str, bank: Annotated[Bank, Depends(get_bank)]) -> str:
    if not app.state.stock:
        raise HTTPException(409, "sold out")
    app.state.stock -= 1
    return await bank.charge(customer)


# endregion


# region fixtures
@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"debug": True}  # without this, also with Trio if it is installed


class FakeBank(Bank):
    def __init__(self) -> None:
        self.charged: list[str] = []

    async def charge(self, customer: str) -> str:
        self.charged.append(customer)
        return f"receipt {len(self.charged)}"


@pytest.fixture
def bank() -> FakeBank:
    return FakeBank()


@pytest.fixture
async def client(bank: FakeBank) -> AsyncIterator[httpx.AsyncClient]:
    app.dependency_overrides[get_bank] = lambda: bank
    transport = httpx.ASGITransport(app)
    async with (
        lifespan(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client
    app.dependency_overrides.clear()


# endregion


# region tests
async def test_charges_the_customer(client: httpx.AsyncClient, bank: FakeBank) -> None:
    answer = await client.post("/orders/Ada")
    assert (answer.status_code, answer.json()) == (200, "receipt 1")
    assert bank.charged == ["Ada"]


async def test_sells_each_item_once(client: httpx.AsyncClient, bank: FakeBank) -> None:
    await client.post("/orders/Ada")
    answer = await client.post("/orders/Ben")
    assert answer.status_code == 409
    assert bank.charged == ["Ada"]


# endregion

if __name__ == "__main__":
    settings = ["--anyio-mode=auto", "-W", "error", "--timeout=10", "--timeout-method=thread"]
    output = ["-q", "-rA", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *settings, *output, Path(__file__).name]
    raise SystemExit(subprocess.call(command, cwd=Path(__file__).parent))
