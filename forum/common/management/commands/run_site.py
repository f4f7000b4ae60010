from __future__ import annotations

import warnings
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Serves pages and sockets in one process, until SIGINT or SIGTERM."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # Static files are small: that they are read whole before they are sent is no news.
        warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
        uvicorn.run(
            settings.ASGI_APPLICATION.replace(".application", ":application"),
            host=settings.BIND_ADDRESS,
            port=settings.PORT,
            # What a client may cost: small frames, no compression (34 KB a connection), pings find the dead.
            ws="websockets-sansio",
            ws_max_size=settings.WS_MAX_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            # Only these peers may tell who the client is and whether it came by https.
            proxy_headers=bool(settings.TRUSTED_PROXIES),
            forwarded_allow_ips=settings.TRUSTED_PROXIES,
            # Query strings may carry e-mail addresses and tokens: no access log.
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
