using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular.Readers;

/// <summary>Everything a reader gives for some data, gathered.</summary>
internal sealed class ReadResult
{
    public Failure? Failure { get; private set; }

    public List<object?[]> Rows { get; } = [];

    /// <summary>Number of each row in the data.</summary>
    public List<long> Numbers { get; } = [];

    public List<ReadFault> Faults { get; } = [];

    public IReadOnlyList<ReadFault> Notices { get; private set; } = [];

    /// <summary>name:kind of the columns at the end.</summary>
    public IEnumerable<string> Kinds { get; private set; } = [];

    public static async Task<ReadResult> Of(Func<CancellationToken, Task<Outcome<TableReader>>> open)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var result = new ReadResult();
        Outcome<TableReader> opened = await open(cancellation);
        if (!opened.Ok)
            return new() { Failure = opened.Failure };
        using TableReader reader = opened.Value;
        result.Kinds = Names(reader.Batch);
        while (await reader.ReadAsync(cancellation) is var more && (!more.Ok || more.Value))
        {
            if (!more.Ok)
            {
                result.Failure = more.Failure;
                break;
            }
            result.Take(reader);
        }
        result.Notices = reader.Notices;
        Assert.True(result.Failure is not null || reader.Rows == result.Rows.Count + result.Faults.Select(f => f.Row).Distinct().Count(), "A row was lost.");
        return result;
    }

    private void Take(TableReader reader)
    {
        Table batch = reader.Batch;
        Faults.AddRange(reader.Faults);
        for (int row = 0; row < batch.Rows; row++)
        {
            Rows.Add([.. batch.Columns.Select(c => c.Cell(row))]);
            Numbers.Add(batch.FirstRow + row);
        }
        if (batch.Rows > 0)
            Kinds = Names(batch);
    }

    private static string[] Names(Table batch) => [.. batch.Columns.Select(c => $"{c.Name}:{c.Kind}")];
}

/// <summary>Gives its data in pieces of at most so many bytes, as a network does.</summary>
internal sealed class PieceStream(byte[] data, int piece) : MemoryStream(data)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(piece, buffer.Length)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(piece, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
}
