using System.Text.Json;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Where a value stands in a line.</summary>
internal readonly record struct JsonCell(JsonTokenType Type, int Start, int Length, bool Escaped);

/// <summary>
/// Turns the values under one key into cells. A batch with integers and reals has reals; one that mixes other kinds, or holds arrays or
/// objects, has a <see cref="MixedColumn"/>.
/// </summary>
internal sealed class JsonColumn
{
    private readonly string name;
    private readonly byte[] utf8;
    private readonly ColumnKind? declared;
    private ColumnKind? usual;

    public JsonColumn(string name, byte[] utf8, ColumnKind? declared)
    {
        (this.name, this.utf8, this.declared, usual) = (name, utf8, declared, declared);
        Cells = New(name, declared ?? ColumnKind.Real);
    }

    public Column Cells { get; private set; }

    public string Name => name;

    public ReadOnlySpan<byte> Utf8 => utf8;

    /// <summary>The value in the line under way; its type is None when the key is absent there.</summary>
    public JsonCell Found { get; set; }

    /// <summary>Makes room for a new batch; after a mixed one the column is tried with its usual kind again.</summary>
    public void Clear()
    {
        ColumnKind kind = usual ?? ColumnKind.Real;
        if (Cells.Kind != kind)
            Cells = New(name, kind);
        Cells.Clear();
    }

    /// <summary>Fills other cells from here on: <paramref name="spare"/> where it is of the column's kind.</summary>
    public void Renew(Column? spare) => Cells = spare?.Kind == Cells.Kind ? spare : New(name, Cells.Kind);

    /// <summary>What is wrong with <see cref="Found"/>, if anything.</summary>
    public FaultKind Check(ReadOnlySpan<byte> line)
    {
        if (Found.Type is JsonTokenType.None or JsonTokenType.Null)
            return FaultKind.None;
        ReadOnlySpan<byte> text = line.Slice(Found.Start, Found.Length);
        bool number = Found.Type == JsonTokenType.Number, whole = number && CellText.TryInteger(text, out _);
        if (number && !whole && CellText.TryReal(text, out double value) && double.IsInfinity(value))
            return FaultKind.NumberOutOfRange;
        bool fits = declared switch
        {
            ColumnKind.Integer => whole,
            ColumnKind.Real => number,
            ColumnKind.Boolean => Found.Type is JsonTokenType.True or JsonTokenType.False,
            ColumnKind.Text => Found.Type == JsonTokenType.String,
            _ => true,
        };
        return fits ? FaultKind.None : FaultKind.WrongKind;
    }

    public void Append(ReadOnlySpan<byte> line, Span<byte> scratch)
    {
        if (Found.Type is JsonTokenType.None or JsonTokenType.Null)
        {
            Cells.AppendMissing();
            return;
        }
        ReadOnlySpan<byte> text = line.Slice(Found.Start, Found.Length);
        Fit(text);
        switch (Cells)
        {
            case IntegerColumn integers when CellText.TryInteger(text, out long integer):
                integers.Append(integer);
                break;
            case RealColumn reals when CellText.TryReal(text, out double real):
                reals.Append(real);
                break;
            case BooleanColumn booleans:
                booleans.Append(Found.Type == JsonTokenType.True);
                break;
            case TextColumn texts:
                texts.Append(Found.Escaped ? Unescape(line, scratch) : text);
                break;
            default:
                ((MixedColumn)Cells).Append(Boxed(line, text, scratch));
                break;
        }
    }

    private void Fit(ReadOnlySpan<byte> text)
    {
        ColumnKind kind = Found.Type switch
        {
            JsonTokenType.Number when CellText.TryInteger(text, out _) => ColumnKind.Integer,
            JsonTokenType.Number => ColumnKind.Real,
            JsonTokenType.True or JsonTokenType.False => ColumnKind.Boolean,
            JsonTokenType.String => ColumnKind.Text,
            _ => ColumnKind.Mixed,
        };
        usual ??= kind;
        if (kind == Cells.Kind || Cells.Kind == ColumnKind.Mixed)
            return;
        bool empty = Cells.Missing == Cells.Count;
        if (kind == ColumnKind.Integer && Cells.Kind == ColumnKind.Real && (!empty || usual == ColumnKind.Real))
            return;
        if (kind == ColumnKind.Real && Cells.Kind == ColumnKind.Integer)
            usual = ColumnKind.Real;
        Refill(empty || usual == ColumnKind.Real && kind == ColumnKind.Real && Cells.Kind == ColumnKind.Integer ? kind : ColumnKind.Mixed);
    }

    private void Refill(ColumnKind kind)
    {
        Column old = Cells;
        Cells = New(name, kind);
        for (int row = 0; row < old.Count; row++)
        {
            if (old.IsMissing(row))
                Cells.AppendMissing();
            else if (Cells is RealColumn reals)
                reals.Append(((IntegerColumn)old).Values[row]);
            else
                ((MixedColumn)Cells).Append(old.Cell(row));
        }
    }

    private object Boxed(ReadOnlySpan<byte> line, ReadOnlySpan<byte> text, Span<byte> scratch)
    {
        if (Found.Type == JsonTokenType.String)
            return System.Text.Encoding.UTF8.GetString(Found.Escaped ? Unescape(line, scratch) : text);
        if (Found.Type is JsonTokenType.True or JsonTokenType.False)
            return Found.Type == JsonTokenType.True;
        if (CellText.TryInteger(text, out long integer))
            return integer;
        if (CellText.TryReal(text, out double real))
            return real;
        var reader = new Utf8JsonReader(text);
        return JsonElement.ParseValue(ref reader);
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> line, Span<byte> scratch)
    {
        var reader = new Utf8JsonReader(line.Slice(Found.Start - 1, Found.Length + 2));
        reader.Read();
        return scratch[..reader.CopyString(scratch)];
    }

    private static Column New(string name, ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => new IntegerColumn(name),
        ColumnKind.Real => new RealColumn(name),
        ColumnKind.Boolean => new BooleanColumn(name),
        ColumnKind.Text => new TextColumn(name),
        _ => new MixedColumn(name),
    };
}
