namespace Tidemark.Validation.Expectations;

/// <summary>
/// The row in which each value first came: a table of open addresses with linear probing, 24 bytes a slot and at most two thirds of them
/// taken, so that a lookup touches one line of the cache.
/// </summary>
internal sealed class FirstRows
{
    private Slot[] slots = new Slot[64];
    private int taken;

    /// <summary>Notes the value as seen in the row; false when an earlier row had it.</summary>
    /// <param name="key">The value's key.</param>
    /// <param name="row">Number of the row, from 0.</param>
    /// <param name="first">The row that had the value first.</param>
    /// <param name="repeated">Whether another row had it again already.</param>
    public bool Add(UInt128 key, long row, out long first, out bool repeated)
    {
        (ulong low, ulong high) = ((ulong)key, (ulong)(key >> 64));
        if (3L * taken >= 2L * slots.Length)
            Grow();
        ref Slot slot = ref Find(slots, low, high);
        if (slot.Row == 0)
        {
            slot = new Slot(low, high, row + 1);
            taken++;
            (first, repeated) = (row, false);
            return true;
        }

        repeated = slot.Row < 0;
        first = Math.Abs(slot.Row) - 1;
        slot = slot with { Row = -Math.Abs(slot.Row) };
        return false;
    }

    /// <summary>The slot of the value, or the free one where it belongs. Hashing is seeded in each process, so no data is slow on purpose.</summary>
    private static ref Slot Find(Slot[] slots, ulong low, ulong high)
    {
        int mask = slots.Length - 1, at = HashCode.Combine(low, high) & mask;
        while (slots[at].Row != 0 && (slots[at].Low != low || slots[at].High != high))
            at = (at + 1) & mask;
        return ref slots[at];
    }

    private void Grow()
    {
        var larger = new Slot[2 * slots.Length];
        foreach (Slot slot in slots)
        {
            if (slot.Row != 0)
                Find(larger, slot.Low, slot.High) = slot;
        }

        slots = larger;
    }

    /// <param name="Low">Lower half of the key.</param>
    /// <param name="High">Upper half of the key.</param>
    /// <param name="Row">1 + the first row, negative once the value was repeated; 0 in a free slot.</param>
    private readonly record struct Slot(ulong Low, ulong High, long Row);
}
