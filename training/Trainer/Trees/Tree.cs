namespace Tidemark.Trainer.Trees;

/// <summary>A regression tree in arrays; node 0 is the root, and a child stands after its parent.</summary>
internal sealed class Tree(int capacity)
{
    private int count;

    /// <summary>Column per node, -1 for a leaf.</summary>
    public int[] Column { get; } = new int[capacity];

    /// <summary>Rows whose bin is at most this go left.</summary>
    public byte[] Bin { get; } = new byte[capacity];

    public bool[] MissingLeft { get; } = new bool[capacity];

    /// <summary>Left child per inner node; the right one stands behind it.</summary>
    public int[] Left { get; } = new int[capacity];

    public float[] Value { get; } = new float[capacity];

    public int Count => count;

    public int AddLeaf()
    {
        Column[count] = -1;
        return count++;
    }

    /// <summary>Turns a leaf into an inner node with two leaves; returns the left one.</summary>
    public int Split(int node, int column, byte bin, bool missingLeft)
    {
        (Column[node], Bin[node], MissingLeft[node]) = (column, bin, missingLeft);
        Left[node] = AddLeaf();
        AddLeaf();
        return Left[node];
    }

    public float Score(ReadOnlySpan<byte> row, BinCuts cuts)
    {
        int node = 0;
        while (Column[node] is >= 0 and var column)
        {
            int bin = row[column];
            bool left = bin == cuts.Missing(column) ? MissingLeft[node] : bin <= Bin[node];
            node = left ? Left[node] : Left[node] + 1;
        }

        return Value[node];
    }

    public void Save(BinaryWriter to)
    {
        to.Write(count);
        for (int node = 0; node < count; node++)
        {
            to.Write((short)Column[node]);
            to.Write(Bin[node]);
            to.Write(MissingLeft[node]);
            to.Write(Left[node]);
            to.Write(Value[node]);
        }
    }

    public static Tree Load(BinaryReader from)
    {
        int count = from.ReadInt32();
        var tree = new Tree(count) { count = count };
        for (int node = 0; node < count; node++)
        {
            tree.Column[node] = from.ReadInt16();
            tree.Bin[node] = from.ReadByte();
            tree.MissingLeft[node] = from.ReadBoolean();
            tree.Left[node] = from.ReadInt32();
            tree.Value[node] = from.ReadSingle();
        }

        return tree;
    }
}
