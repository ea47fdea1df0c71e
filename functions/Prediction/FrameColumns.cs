namespace Tidemark.Prediction;

/// <summary>The columns of the table that is being read, as they relate to the model's. Kept from request to request.</summary>
internal sealed class FrameColumns
{
    private const int MostNamed = 10;

    private int[] filled = [];
    private bool[] seen = [];
    private bool[] converted = [];

    /// <summary>For each column of the caller, in order: the model's column, or -1 for one that the model does not know.</summary>
    public List<int> Order { get; } = [];

    /// <summary>Names of columns that the model does not know, the first ten.</summary>
    public List<string> Extra { get; } = [];

    /// <summary>Whether there are more than <see cref="Extra"/> holds.</summary>
    public bool MoreExtra { get; private set; }

    public void Clear(int width)
    {
        if (filled.Length < width) (filled, seen, converted) = (new int[width], new bool[width], new bool[width]);
        Array.Clear(filled);
        Array.Clear(seen);
        Array.Clear(converted);
        Order.Clear();
        Extra.Clear();
        MoreExtra = false;
    }

    public void AddExtra(string name)
    {
        if (Extra.Contains(name)) return;
        if (Extra.Count < MostNamed) Extra.Add(name);
        else MoreExtra = true;
    }

    /// <summary>Whether the caller has this column in any row.</summary>
    public bool IsSeen(int column) => seen[column];

    public void See(int column) => seen[column] = true;

    /// <summary>Notes that the row (from 0) has a value for the column; false when it had one already.</summary>
    public bool Fill(int column, int row)
    {
        if (filled[column] == row + 1) return false;
        filled[column] = row + 1;
        return true;
    }

    public bool IsFilled(int column, int row) => filled[column] == row + 1;

    /// <summary>Notes that values of the column were converted; true the first time.</summary>
    public bool Convert(int column) => !converted[column] && (converted[column] = true);
}
