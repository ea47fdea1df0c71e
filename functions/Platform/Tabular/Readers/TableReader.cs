using System.IO.Compression;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>
/// Reads rows from a stream, a batch at a time, in bounded memory. A batch holds consecutive readable rows; what cannot be read comes
/// beside it as <see cref="Faults"/>. No input makes it throw, save a stream that itself fails to deliver.
/// </summary>
/// <remarks>
/// Columns whose kind is not declared are read as pandas reads them: integers, else reals, else true/false, else text; a cell that does not fit
/// widens the column from that batch on, so <see cref="Column.Kind"/> may differ from one batch to a later one.
/// </remarks>
public abstract class TableReader : IDisposable
{
    /// <summary>The rows of the last <see cref="ReadAsync"/>, valid until the next; refilled each time.</summary>
    public Table Batch { get; protected set; } = new([]);

    /// <summary>The rows that the last <see cref="ReadAsync"/> had to leave out, in order, each with every reason known.</summary>
    public abstract IReadOnlyList<ReadFault> Faults { get; }

    /// <summary>One word of advice a column at most, about rows that were read, such as numbers with decimal commas read as text.</summary>
    public abstract IReadOnlyList<ReadFault> Notices { get; }

    /// <summary>Data rows met so far, faulty ones included.</summary>
    public long Rows { get; protected set; }

    /// <summary>
    /// Reads on. True when there is a batch or a fault (the batch may then be empty), false at the end, a failure when the data as a whole
    /// cannot be read any further.
    /// </summary>
    public abstract ValueTask<Outcome<bool>> ReadAsync(CancellationToken cancellation);

    /// <summary>Row <paramref name="row"/> of <see cref="Batch"/> as it stood in the data, UTF-8, without its line end.</summary>
    public abstract ReadOnlySpan<byte> RowText(int row);

    /// <summary>
    /// Hands <see cref="Batch"/> over to the caller, who may look at it while the next <see cref="ReadAsync"/> goes on into other columns.
    /// </summary>
    /// <param name="spare">A table handed over before and no longer looked at, whose columns are filled again; null for new ones.</param>
    public abstract Table Detach(Table? spare);

    /// <summary>Lets <paramref name="look"/> see every batch, while the next one is read on another thread. Returns how many faults came beside them.</summary>
    public async Task<Outcome<long>> EachAsync(Action<Table> look, CancellationToken cancellation)
    {
        long faults = 0;
        Table? spare = null;
        Outcome<bool> read = await ReadAsync(cancellation);
        while (read.Ok && read.Value)
        {
            faults += Faults.Count;
            Table batch = Detach(spare);
            Task<Outcome<bool>> next = Task.Run(() => ReadAsync(cancellation).AsTask(), CancellationToken.None);
            try
            {
                look(batch);
            }
            finally
            {
                read = await next;
            }

            spare = batch;
        }

        return read.Ok ? faults : read.As<long>();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>Runs what reads the stream; a broken compressed stream becomes a failure.</summary>
    internal static async ValueTask<Outcome<T>> GuardAsync<T>(ValueTask<Outcome<T>> read)
    {
        try
        {
            return await read;
        }
        catch (InvalidDataException broken)
        {
            return new Failure(FailureKind.Malformed, "Broken compressed data", $"The gzip stream cannot be unpacked ({broken.Message}): send it again, whole.");
        }
    }

    internal static bool IsGzip(ReadOnlySpan<byte> beginning) => beginning is [0x1F, 0x8B, ..];

    internal static Stream Unzip(Stream stream) => new GZipStream(stream, CompressionMode.Decompress);
}
