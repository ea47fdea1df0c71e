using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tidemark.Benchmarks.Predict;

/// <summary>
/// One keep-alive HTTP/1.1 connection, blocking, one request at a time. It shares two cores with the server that it measures,
/// so it does with a raw socket what HttpClient would spend several times the CPU on.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000 };
    private readonly byte[] buffer = new byte[64 * 1024];

    public Connection(int port) => socket.Connect(IPAddress.Loopback, port);

    /// <summary>Sends a whole request and returns the body of the answer, which is valid until the next exchange.</summary>
    /// <exception cref="BenchmarkException">The answer is no 200.</exception>
    public ReadOnlySpan<byte> Exchange(ReadOnlySpan<byte> request)
    {
        socket.Send(request);
        int filled = 0, head;
        do filled += Receive(filled);
        while ((head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0);

        ReadOnlySpan<byte> headers = buffer.AsSpan(0, head + 2);
        bool chunked = !TryContentLength(headers, out int length);
        int start = head + 4;
        while (chunked ? !buffer.AsSpan(start, filled - start).EndsWith("0\r\n\r\n"u8) : filled < start + length) filled += Receive(filled);
        Span<byte> body = buffer.AsSpan(start, filled - start);
        if (!headers.StartsWith("HTTP/1.1 200 "u8)) throw new BenchmarkException(Shown(headers, body));
        return chunked ? Join(body) : body;
    }

    public void Dispose() => socket.Dispose();

    private int Receive(int filled)
    {
        int received = socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
        return received > 0 ? received : throw new BenchmarkException("The server closed the connection in the middle of an answer.");
    }

    private static bool TryContentLength(ReadOnlySpan<byte> headers, out int length)
    {
        // As Kestrel writes it, and as node does.
        int at = headers.IndexOf("\r\nContent-Length: "u8);
        if (at < 0) at = headers.IndexOf("\r\ncontent-length: "u8);
        length = 0;
        return at >= 0 && Utf8Parser.TryParse(headers[(at + "\r\nContent-Length: ".Length)..], out length, out _);
    }

    /// <summary>Moves the chunks of a chunked body together.</summary>
    private static ReadOnlySpan<byte> Join(Span<byte> body)
    {
        int from = 0, to = 0;
        while (Utf8Parser.TryParse(body[from..], out int size, out int digits, 'x') && size > 0)
        {
            from += digits + 2;
            body.Slice(from, size).CopyTo(body[to..]);
            (from, to) = (from + size + 2, to + size);
        }
        return body[..to];
    }

    private static string Shown(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body) =>
        $"{Encoding.UTF8.GetString(headers[..headers.IndexOf("\r\n"u8)])}: {Encoding.UTF8.GetString(body[..Math.Min(body.Length, 300)])}";
}
