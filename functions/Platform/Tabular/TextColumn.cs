using System.Text;

namespace Tidemark.Platform.Tabular;

/// <summary>Cells of UTF-8 text, one after the other in a single arena: appending allocates nothing once the arena has grown.</summary>
public sealed class TextColumn(string name) : Column(name)
{
    private byte[] arena = [];
    private int[] ends = [];

    public override ColumnKind Kind => ColumnKind.Text;

    /// <summary>The bytes of a cell; empty when missing. Valid until the next append or <see cref="Column.Clear"/>.</summary>
    public ReadOnlySpan<byte> Utf8(int row) => arena.AsSpan(Start(row)..ends[row]);

    /// <summary>Whether all cells hold ASCII only, so that a byte is a character.</summary>
    public bool IsAscii => Ascii.IsValid(arena.AsSpan(0, Start(Count)));

    public override object? Cell(int row) => IsMissing(row) ? null : Encoding.UTF8.GetString(Utf8(row));

    /// <param name="utf8">Valid UTF-8; readers refuse or replace invalid bytes before they come here.</param>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        Close(Advance(valid: true), utf8.Length);
    }

    public void Append(string text)
    {
        int written = Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
        Close(Advance(valid: true), written);
    }

    public override void AppendMissing() => Close(Advance(valid: false), 0);

    private int Start(int row) => row == 0 ? 0 : ends[row - 1];

    private Span<byte> Reserve(int bytes)
    {
        int start = Start(Count);
        if (arena.Length - start < bytes)
            Array.Resize(ref arena, Math.Max(checked(start + bytes), Grown(arena.Length)));
        return arena.AsSpan(start);
    }

    private void Close(int row, int length)
    {
        if (row == ends.Length)
            Array.Resize(ref ends, Grown(row));
        ends[row] = Start(row) + length;
    }
}
