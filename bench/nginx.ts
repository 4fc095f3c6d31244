// nginx in front of Easel as docs/nginx.md has it, with one worker; and beside it, as a server of the same files.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** From where it asks Easel: wrk, which asks from 127.0.0.1, is no proxy. */
export const proxyAddress = '127.0.0.2'
export const handOffPrefix = '/easel-files/'

export const hasNginx = (): boolean => spawnSync('nginx', ['-v']).status === 0

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const kept = [
  'Vary',
  'X-Robots-Tag',
  'X-Content-Type-Options',
  'Content-Security-Policy',
  'Cross-Origin-Resource-Policy',
  'Cross-Origin-Opener-Policy',
  'Referrer-Policy',
  'Permissions-Policy',
  'Strict-Transport-Security',
  'Access-Control-Allow-Origin',
]

interface Folders {
  /** Where it may write. */
  readonly folder: string
  /** What it sends by itself, below `/plain/`. */
  readonly plain: string
  /** Easel's. */
  readonly files: string
  readonly easel: string
}

function configOf({ folder, plain, files, easel }: Folders, port: number): string {
  const proxy = `proxy_pass http://easel;
        proxy_bind ${proxyAddress};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host ${new URL(easel).host};
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`
  const upstream = (name: string) => `$upstream_http_${name.toLowerCase().replaceAll('-', '_')}`
  const headers = kept.map((name) => `add_header ${name} ${upstream(name)};`).join('\n        ')
  // Easel's folder is for its own account alone.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
    types { image/png png; image/webp webp; }
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n    ')}
    proxy_cache_path ${folder}/kept levels=1:2 keys_zone=easel:10m max_size=1g inactive=1m use_temp_path=off;
    upstream easel { server ${new URL(easel).host}; keepalive 64; }
    server {
      listen 127.0.0.1:${port};
      location /plain/ { alias ${plain}/; }
      location / {
        ${proxy}
        proxy_buffering off;
      }
      location ~ ^/s/[^/]+/images/[^/]+/(?:thumbnail|view)$ {
        ${proxy}
        proxy_cache easel;
        proxy_cache_key $request_method$host$request_uri;
        proxy_cache_convert_head off;
        proxy_cache_revalidate on;
        add_header X-Kept $upstream_cache_status;
      }
      location ${handOffPrefix} {
        internal;
        alias ${files}/;
        disable_symlinks on;
        etag off;
        if_modified_since off;
        add_header ETag $upstream_http_etag;
        add_header Last-Modified "";
        ${headers}
      }
    }
}
`
}

/** @returns its address */
export async function startNginx(folders: Folders): Promise<{ url: string; stop: () => Promise<void> }> {
  await mkdir(folders.folder, { recursive: true })
  const port = await freePort()
  const config = join(folders.folder, 'nginx.conf')
  await writeFile(config, configOf(folders, port))
  const child = spawn('nginx', ['-c', config, '-p', folders.folder], { stdio: ['ignore', 'inherit', 'inherit'] })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  const deadline = performance.now() + 10_000
  for (;;) {
    const answer = await fetch(`${url}/plain/thumbnail.webp`).catch(() => null)
    await answer?.arrayBuffer()
    if (answer !== null) break
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('nginx does not start')
    await delay(50)
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
