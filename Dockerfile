# Runs `handrail run` as a user of its own; the database and the generated key live in the volume /data.
FROM python:3.11-slim

RUN useradd --system --create-home handrail && install -d -o handrail /data
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY flows flows
COPY bot bot
COPY adapters adapters
COPY scheduler scheduler
RUN pip install --no-cache-dir -c constraints.txt '.[postgresql]'

USER handrail
# Outside the container nothing listens unless a port is published.
ENV HANDRAIL_DATA_DIR=/data HANDRAIL_HTTP_HOST=0.0.0.0
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["handrail"]
CMD ["run"]
