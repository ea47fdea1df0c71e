namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Turns the cells of one CSV column into values; settles the column's kind unless it is declared.</summary>
internal sealed class CsvColumn(string name, int place, ColumnKind? declared, bool onlyEmpty = false)
{
    private bool settled = declared is not null;

    /// <summary>What the cells go into; another object when the kind was settled or widened. Until a value is seen: missing reals, as in pandas.</summary>
    public Column Cells { get; private set; } = New(name, declared ?? ColumnKind.Real);

    public string Name => name;

    /// <summary>Fills other cells from here on: <paramref name="spare"/> where it is of the column's kind.</summary>
    public void Renew(Column? spare)
    {
        Cells = spare?.Kind == Cells.Kind ? spare : New(name, Cells.Kind);
        Cells.Clear();
    }

    /// <summary>Reads <paramref name="count"/> rows from row <paramref name="first"/> of the scan; returns how many before the first cell at fault.</summary>
    public int Fill(CsvScanner scanner, int first, int count)
    {
        int cell = scanner.Found[first].FirstCell + place, stride = scanner.Columns;
        if (!settled)
            Settle(scanner, cell, stride, count);
        while (true)
        {
            Cells.Clear();
            int done = Cells switch
            {
                IntegerColumn integers => Integers(integers, scanner, cell, stride, count),
                RealColumn reals => Reals(reals, scanner, cell, stride, count),
                BooleanColumn booleans => Booleans(booleans, scanner, cell, stride, count),
                _ => Texts((TextColumn)Cells, scanner, cell, stride, count),
            };
            if (done == count || !Widen(scanner.Cell(cell + done * stride)))
                return done;
        }
    }

    /// <summary>What is wrong with the cell, <see cref="FaultKind.None"/> when it can be read as the column's kind or the column would widen.</summary>
    public FaultKind Check(ReadOnlySpan<byte> text)
    {
        if (IsMissing(text) || Cells.Kind == ColumnKind.Text)
            return FaultKind.None;
        bool number = CellText.TryReal(text, out double value) && CellText.IsNumeric(text);
        if (Cells.Kind == ColumnKind.Real && number && double.IsInfinity(value))
            return FaultKind.NumberOutOfRange;
        bool fits = declared is null || Cells.Kind switch
        {
            ColumnKind.Integer => CellText.TryInteger(text, out _),
            ColumnKind.Real => CellText.TryReal(text, out _),
            _ => CellText.TryBoolean(text, out _),
        };
        if (fits)
            return FaultKind.None;
        if (Cells.Kind == ColumnKind.Boolean)
            return FaultKind.WrongKind;
        if (CellText.HasDecimalComma(text))
            return FaultKind.DecimalComma;
        return number && Cells.Kind == ColumnKind.Integer && Math.Abs(value) >= long.MaxValue ? FaultKind.NumberOutOfRange : FaultKind.WrongKind;
    }

    private void Settle(CsvScanner scanner, int cell, int stride, int count)
    {
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<byte> text = scanner.Cell(cell + row * stride);
            if (IsMissing(text))
                continue;
            settled = true;
            Cells = New(name, CellText.TryInteger(text, out _) ? ColumnKind.Integer : IsReal(text) ? ColumnKind.Real
                : CellText.TryBoolean(text, out _) ? ColumnKind.Boolean : ColumnKind.Text);
            return;
        }
    }

    /// <summary>
    /// The kind that holds this cell too; false when the cell is at fault instead. An integer column that meets more digits than 64 bits hold
    /// becomes text, so that no digit of an identifier is lost.
    /// </summary>
    private bool Widen(ReadOnlySpan<byte> text)
    {
        if (declared is not null || Check(text) != FaultKind.None)
            return false;
        bool real = Cells.Kind == ColumnKind.Integer && !CellText.IsDigits(text) && IsReal(text);
        Cells = New(name, real ? ColumnKind.Real : ColumnKind.Text);
        return true;
    }

    private bool IsMissing(ReadOnlySpan<byte> text) => onlyEmpty ? text.IsEmpty : CellText.IsMissing(text);

    private static bool IsReal(ReadOnlySpan<byte> text) => CellText.TryReal(text, out _);

    private static Column New(string name, ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => new IntegerColumn(name),
        ColumnKind.Real => new RealColumn(name),
        ColumnKind.Boolean => new BooleanColumn(name),
        _ => new TextColumn(name),
    };

    private int Integers(IntegerColumn column, CsvScanner scanner, int cell, int stride, int count)
    {
        for (int row = 0; row < count; row++, cell += stride)
        {
            ReadOnlySpan<byte> text = scanner.Cell(cell);
            if (CellText.TryInteger(text, out long value))
                column.Append(value);
            else if (IsMissing(text))
                column.AppendMissing();
            else
                return row;
        }
        return count;
    }

    private int Reals(RealColumn column, CsvScanner scanner, int cell, int stride, int count)
    {
        Span<double> values = column.Room(count, out Span<bool> present);
        present.Fill(true);
        int row = 0, missing = 0;
        while ((row += scanner.ShortReals(cell + (row * stride), stride, values[row..])) < count)
        {
            ReadOnlySpan<byte> text = scanner.Cell(cell + (row * stride));
            if (!CellText.TryReal(text, out values[row]) || (double.IsInfinity(values[row]) && CellText.IsOutOfRange(text, values[row])))
            {
                if (!IsMissing(text))
                    break;
                (values[row], present[row]) = (0, false);
                missing++;
            }

            row++;
        }

        column.Take(row, missing);
        return row;
    }

    private int Booleans(BooleanColumn column, CsvScanner scanner, int cell, int stride, int count)
    {
        for (int row = 0; row < count; row++, cell += stride)
        {
            ReadOnlySpan<byte> text = scanner.Cell(cell);
            if (CellText.TryBoolean(text, out bool value))
                column.Append(value);
            else if (IsMissing(text))
                column.AppendMissing();
            else
                return row;
        }
        return count;
    }

    private int Texts(TextColumn column, CsvScanner scanner, int cell, int stride, int count)
    {
        for (int row = 0; row < count; row++, cell += stride)
        {
            ReadOnlySpan<byte> text = scanner.Cell(cell);
            if (IsMissing(text))
                column.AppendMissing();
            else
                column.Append(text);
        }
        return count;
    }
}
