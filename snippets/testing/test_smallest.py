# /// script
# dependencies = ["anyio", "pytest"]
# [tool.runnable]
# native = "pytest is not among the libraries that this guide offers in the browser."
# timeline = false
# timeout = 30
# ///
# region test
import asyncio


async def ask(station: str) -> str:
    await asyncio.sleep(0)  # in production: a request to the station
    return f"{station}: 4 °C"


async def test_answer_names_the_station() -> None:
    assert await ask("Oslo") == "Oslo: 4 °C"


# endregion

if __name__ == "__main__":
    import subprocess
    import sys
    from pathlib import Path

    settings = ["--anyio-mode=auto", "-q", "-rA", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *settings, Path(__file__).name]
    raise SystemExit(subprocess.call(command, cwd=Path(__file__).parent))
