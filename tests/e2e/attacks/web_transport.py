# Uses WebTransport, WebRTC and sockets. The directive connect-src of a content security policy does
# not cover all of these: WebRTC, for example, has a directive of its own.
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
