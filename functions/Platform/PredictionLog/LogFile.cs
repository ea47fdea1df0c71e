using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.Platform.PredictionLog;

/// <summary>One file of the log while it is filled: JSON lines, packed with gzip, of one version and one hour.</summary>
public sealed class LogFile : IDisposable
{
    private const int Chunk = 1 << 16;

    private readonly byte[] shared;
    private readonly LogPolicy policy;
    private readonly MemoryStream packed = new();
    private readonly GZipStream gzip;
    private readonly JsonBuffer lines = new();
    private readonly Dictionary<string, byte[]?> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]?> outputs = new(StringComparer.Ordinal);

    /// <param name="version">The version whose rows these are.</param>
    /// <param name="source"><see cref="LogNames.FromHttp"/> or <see cref="LogNames.FromBatch"/>.</param>
    /// <param name="policy">What of the inputs is logged. The caller has done the sampling.</param>
    public LogFile(string version, string source, LogPolicy policy)
    {
        (Version, this.policy) = (version, policy);
        shared = LogEntry.Shared(version, source);
        gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
    }

    public string Version { get; }

    public int Rows { get; private set; }

    /// <summary>Bytes packed so far; up to 64 KiB of lines wait to be packed.</summary>
    public long Size => packed.Length;

    /// <summary>Adds row <paramref name="at"/> of two tables: what went in, as <c>input.{column}</c>, and what came out, as <c>output.{column}</c>.</summary>
    public void Add(in LogEntry entry, Table input, Table output, int at) => Add(entry, input, at, output, at);

    /// <summary>Adds row <paramref name="inputAt"/> of what went in and row <paramref name="outputAt"/> of what came out.</summary>
    public void Add(in LogEntry entry, Table input, int inputAt, Table output, int outputAt)
    {
        entry.WriteTo(lines, shared);
        foreach (Column column in input.Columns)
            Write(column, inputAt, inputs, LogNames.Input, policy.Of(column.Name));
        foreach (Column column in output.Columns)
            Write(column, outputAt, outputs, LogNames.Output, rule: null);
        lines.Raw("}\n"u8);
        Added(1);
    }

    /// <summary>Adds lines that are written already, line feeds included.</summary>
    internal void Add(ReadOnlySpan<byte> written, int rows)
    {
        lines.Raw(written);
        Added(rows);
    }

    /// <summary>Ends the file, the first time that it is called; its bytes are valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        if (lines.Written.Length > 0)
            Pack();
        gzip.Dispose();
        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }

    public void Dispose()
    {
        gzip.Dispose();
        packed.Dispose();
    }

    private void Added(int rows)
    {
        Rows += rows;
        if (lines.Written.Length >= Chunk)
            Pack();
    }

    private void Pack()
    {
        gzip.Write(lines.Written);
        lines.Clear();
    }

    private void Write(Column column, int at, Dictionary<string, byte[]?> fields, string prefix, Personal? rule)
    {
        if (!fields.TryGetValue(column.Name, out byte[]? field))
            fields.Add(column.Name, field = rule == Personal.Omit ? null : LogEntry.Field(prefix, column.Name));
        if (field is null || column.IsMissing(at))
            return;
        lines.Raw(field);
        if (rule == Personal.Hash)
            Hash(column, at);
        else
            Value(column, at);
    }

    private void Hash(Column column, int at)
    {
        Span<byte> hash = stackalloc byte[PersonalHash.Length];
        policy.Hash!.Write(column is TextColumn text ? text.Utf8(at) : Encoding.UTF8.GetBytes(Convert.ToString(column.Cell(at), CultureInfo.InvariantCulture)!), hash);
        lines.Text(hash);
    }

    private void Value(Column column, int at)
    {
        switch (column)
        {
            case RealColumn reals: lines.Number(reals.Values[at]); break;
            case IntegerColumn integers: lines.Number(integers.Values[at]); break;
            case BooleanColumn flags: lines.Boolean(flags.Values[at]); break;
            case TextColumn texts: lines.Text(texts.Utf8(at)); break;
            default: Mixed(column.Cell(at)); break;
        }
    }

    private void Mixed(object? cell)
    {
        switch (cell)
        {
            case long integer: lines.Number(integer); break;
            case double real: lines.Number(real); break;
            case bool flag: lines.Boolean(flag); break;
            case JsonElement nested: lines.Raw(Encoding.UTF8.GetBytes(nested.GetRawText().ReplaceLineEndings(" "))); break;
            default: lines.Text(Convert.ToString(cell, CultureInfo.InvariantCulture) ?? ""); break;
        }
    }
}
