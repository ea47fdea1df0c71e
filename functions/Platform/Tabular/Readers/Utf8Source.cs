using System.Text;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Text as UTF-8.</summary>
/// <param name="Stream">The text, without a mark.</param>
/// <param name="Offset">Where in the source the text lies as it is; null when it was unpacked or written anew.</param>
internal readonly record struct Utf8Text(Stream Stream, int? Offset);

/// <summary>Turns what people send (gzip, byte order marks, UTF-16, UTF-32) into a stream of UTF-8 without a mark.</summary>
internal static class Utf8Source
{
    private const int LongestMark = 4;

    public static async ValueTask<Outcome<Stream>> OpenAsync(Stream source, CancellationToken cancellation) =>
        (await OpenTextAsync(source, cancellation)).Map(text => text.Stream);

    public static async ValueTask<Outcome<Utf8Text>> OpenTextAsync(Stream source, CancellationToken cancellation)
    {
        (Stream stream, byte[] beginning) = await PeekAsync(source, cancellation);
        bool packed = TableReader.IsGzip(beginning);
        if (packed)
            (stream, beginning) = await PeekAsync(TableReader.Unzip(stream), cancellation);
        (Encoding? encoding, int mark) = Mark(beginning);
        for (int i = 0; i < mark; i++)
            stream.ReadByte();
        if (encoding is not null)
            return new Utf8Text(Encoding.CreateTranscodingStream(stream, encoding, Encoding.UTF8), Offset: null);
        if (mark == 0 && beginning.AsSpan().Contains((byte)0))
        {
            return new Failure(FailureKind.Malformed, "Not UTF-8",
                "The data begins with NUL bytes, as UTF-16 without a byte order mark or a binary file does: save it as CSV or JSON lines in UTF-8.");
        }
        return new Utf8Text(stream, packed ? null : mark);
    }

    private static (Encoding? Encoding, int Length) Mark(ReadOnlySpan<byte> beginning) => beginning switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (null, 3),
        [0xFF, 0xFE, 0, 0, ..] => (new UTF32Encoding(bigEndian: false, byteOrderMark: false), 4),
        [0, 0, 0xFE, 0xFF, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: false), 4),
        [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false), 2),
        [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false), 2),
        _ => (null, 0),
    };

    private static async ValueTask<(Stream Stream, byte[] Beginning)> PeekAsync(Stream source, CancellationToken cancellation)
    {
        byte[] beginning = new byte[LongestMark];
        int read = await source.ReadAtLeastAsync(beginning, LongestMark, throwOnEndOfStream: false, cancellation);
        beginning = beginning[..read];
        return (new PrefixedStream(beginning, source), beginning);
    }

    /// <summary>Gives some bytes that were already taken from a stream, then the rest of it.</summary>
    private sealed class PrefixedStream(byte[] prefix, Stream rest) : Stream
    {
        private int given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer) => given < prefix.Length ? Give(buffer) : rest.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            given < prefix.Length ? new(Give(buffer.Span)) : rest.ReadAsync(buffer, cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rest.Dispose();
            base.Dispose(disposing);
        }

        private int Give(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, prefix.Length - given);
            prefix.AsSpan(given, count).CopyTo(buffer);
            given += count;
            return count;
        }
    }
}
