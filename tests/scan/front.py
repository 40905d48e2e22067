"""A proxy with TLS before a server, as deployments have it, with a certificate of its own for the time of a scan."""

import contextlib
import socket
import subprocess
import time
from pathlib import Path

from benchmarks.servers import free_port

# What a deployment says of TLS; the rest of its configuration is no matter here.
CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; server_tokens off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl; server_name localhost;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    {tls}
    location / {{ proxy_pass {origin}; proxy_set_header Host $proxy_host; }}
  }}
}}
"""
DEPLOYED = Path(__file__).parent.parent.parent / "deploy" / "nginx" / "tls.conf"
TLS = """ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off; ssl_session_tickets off;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;"""


@contextlib.contextmanager
def tls_front(folder, origin):
    """“127.0.0.1:8443” while the proxy runs there."""
    port = free_port()
    names = [
        "-subj",
        "/CN=localhost",
        "-days",
        "2",
        "-nodes",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]
    made = ["openssl", "req", "-x509", *names, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(made, check=True, capture_output=True)
    tls = f"include {DEPLOYED};" if DEPLOYED.exists() else TLS
    text = CONFIGURATION.format(folder=folder, port=port, tls=tls, origin=origin)
    (folder / "nginx.conf").write_text(text, "utf-8")
    with subprocess.Popen(
        ["nginx", "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL
    ) as proxy:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield f"127.0.0.1:{port}"
        finally:
            proxy.terminate()
