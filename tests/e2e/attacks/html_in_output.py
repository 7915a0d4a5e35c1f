# Prints mark-up that would run scripts if the page inserted the output as HTML.
import sys

for stream in (sys.stdout, sys.stderr):
    print("<script>document.title = 'FORGED'</script>", file=stream)
    print("<img src=x onerror=\"document.title = 'FORGED'\">", file=stream)
    print("</pre></div><iframe srcdoc='<script>parent.document.title=1</script>'>", file=stream)
    print("<style>* { display: none }</style><svg onload=alert(1)>", file=stream)
    print("<a href='javascript:alert(1)'>here</a> &lt;b&gt; <!-- ]]>", file=stream)
