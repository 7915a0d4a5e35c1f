# Leaves over UDP, which some policies forget: WebTransport and WebRTC.
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
