using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Planning;

/// <summary>Finds where records begin, in one pass and in bounded memory, by the same rules as the readers that read them later.</summary>
internal abstract class RecordBorders : IDisposable
{
    /// <summary>Where the records found by the last search begin, in bytes of the text.</summary>
    public List<long> Starts { get; } = [];

    /// <summary>The byte after the last record found.</summary>
    public long Position { get; protected set; }

    /// <summary>Searches on. False at the end, a failure when the text can't be cut, such as a row that does not end.</summary>
    public abstract ValueTask<Outcome<bool>> NextAsync(CancellationToken cancellation);

    public abstract void Dispose();
}

/// <summary>Rows of CSV: a line end inside quotes does not end a row.</summary>
internal sealed class CsvBorders : RecordBorders
{
    private readonly CsvScanner scanner;

    private readonly int maxRowBytes;

    private CsvBorders(CsvScanner scanner, int maxRowBytes) => (this.scanner, this.maxRowBytes) = (scanner, maxRowBytes);

    public char Separator => (char)scanner.Separator;

    public required IReadOnlyList<string> Header { get; init; }

    public static async ValueTask<Outcome<CsvBorders>> OpenAsync(Stream text, int maxRowBytes, CancellationToken cancellation)
    {
        var scanner = new CsvScanner(text, maxRowBytes);
        scanner.Separator = (byte)CsvHeader.Separator((await scanner.PeekAsync(cancellation)).Span);
        Outcome<bool> found = await scanner.NextAsync(1, 0, cancellation);
        Outcome<string[]> names = found.Ok ? CsvHeader.Names(scanner, CsvOptions.Default.MaxColumns) : found.As<string[]>();
        if (names.Ok)
            return new CsvBorders(scanner, maxRowBytes) { Header = names.Value, Position = scanner.Position };
        scanner.Dispose();
        return names.As<CsvBorders>();
    }

    public override async ValueTask<Outcome<bool>> NextAsync(CancellationToken cancellation)
    {
        ByteWindow window = scanner.Window;
        Starts.Clear();
        await window.RefillAsync(cancellation);
        RowStarts.Take(window, scanner.Separator, Starts);
        while (Starts.Count == 0 && !window.Final)
        {
            if (window.Rest.Length > maxRowBytes)
                return scanner.TooLong();
            await window.FillAsync(cancellation);
            RowStarts.Take(window, scanner.Separator, Starts);
        }

        Position = scanner.Position;
        return Starts.Count > 0;
    }

    public override void Dispose() => scanner.Dispose();
}

/// <summary>Lines that are not blank.</summary>
internal sealed class LineBorders(Stream text, int maxRowBytes) : RecordBorders
{
    private readonly ByteWindow window = new(text);

    /// <summary>The first line that is not blank; empty when there is none.</summary>
    public async ValueTask<Outcome<byte[]>> FirstAsync(CancellationToken cancellation)
    {
        await window.FillAsync(cancellation);
        ReadOnlyMemory<byte> rest = window.Bytes.AsMemory(window.Start..window.End);
        ReadOnlySpan<byte> beginning = rest.Span.TrimStart("\r\n "u8);
        if (beginning is [(byte)'[', ..])
            return new Failure(FailureKind.Malformed, "Not JSON lines", "The data begins with '[', as one JSON array does: write one object a line, without brackets and commas around.");
        int end = beginning.IndexOf((byte)'\n');
        return (end < 0 ? beginning : beginning[..end]).ToArray();
    }

    public override async ValueTask<Outcome<bool>> NextAsync(CancellationToken cancellation)
    {
        Starts.Clear();
        await window.RefillAsync(cancellation);
        while (!Search() && !window.Final)
        {
            if (window.Rest.Length > maxRowBytes)
                return new Failure(FailureKind.TooLarge, "Row too long", $"A line of more than {maxRowBytes:N0} bytes begins with '{CsvReader.Shown(window.Rest)}': write one object a line, or raise BatchScoring__MaxRowBytes.");
            await window.FillAsync(cancellation);
        }

        Position = window.Before + window.Start;
        return Starts.Count > 0;
    }

    public override void Dispose() => window.Dispose();

    /// <summary>Takes the whole lines of the window. False when there is none.</summary>
    private bool Search()
    {
        while (!window.Rest.IsEmpty)
        {
            ReadOnlySpan<byte> rest = window.Rest;
            int length = rest.IndexOf((byte)'\n');
            if (length < 0 && !window.Final)
                break;
            ReadOnlySpan<byte> line = length < 0 ? rest : rest[..length];
            if (!line.TrimEnd("\r "u8).IsEmpty)
                Starts.Add(window.Before + window.Start);
            window.Start += length < 0 ? rest.Length : length + 1;
        }

        return Starts.Count > 0;
    }
}
