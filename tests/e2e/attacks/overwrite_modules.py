# Replaces the functions of modules that the runtime itself uses by None, and the standard streams.
import asyncio
import gc
import io
import os
import signal
import sys
import threading
import time
import traceback

for module in (asyncio, asyncio.events, gc, io, os, signal, threading, time, traceback):
    for name in list(vars(module)):
        if not name.startswith("__") and callable(getattr(module, name)):
            setattr(module, name, None)
sys.stdout = sys.stderr = sys.stdin = None
