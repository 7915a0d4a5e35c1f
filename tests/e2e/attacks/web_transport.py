# Uses WebTransport, WebRTC and sockets, which some content security policies do not cover.
import js

for attempt in (
    lambda: js.WebTransport.new("https://elsewhere.test/transport"),
    lambda: js.RTCPeerConnection.new(),
    lambda: js.RTCDataChannel,
    lambda: js.RTCRtpScriptTransformer,
    lambda: js.UDPSocket.new(),
    lambda: js.TCPSocket.new("elsewhere.test", 80),
):
    try:
        attempt()
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)
