using System.Numerics;

namespace Tidemark.Platform.Tabular.Sketches;

/// <summary>
/// Number of distinct values of a stream, mergeable: the hashes themselves while there are at most 1,024 (exact), then HyperLogLog registers
/// (Flajolet, Fusy, Gandouet and Meunier 2007) read with the estimator of Ertl, "New cardinality estimation algorithms for HyperLogLog
/// sketches" (arXiv:1702.01284), which needs no bias tables.
/// </summary>
/// <remarks>
/// 2^14 registers of one byte: standard error 1.04 / 2^7 = 0.81 %. The state is a function of the set of hashes alone, so merging is exactly
/// associative, commutative and idempotent.
/// </remarks>
public sealed class DistinctSketch
{
    public const int ExactLimit = 1024;
    private const int Precision = 14;
    private const int Registers = 1 << Precision;
    private const int LastRank = 64 - Precision;

    private HashSet<ulong>? hashes = [];
    private byte[]? registers;

    /// <summary>Standard error of <see cref="Estimate"/> relative to the true count: 0 while exact.</summary>
    public double StandardError => IsExact ? 0 : 1.04 / Math.Sqrt(Registers);

    public bool IsExact => hashes is not null;

    /// <param name="hash">64 well mixed bits of the value (<see cref="ValueHash"/>).</param>
    public void Add(ulong hash)
    {
        if (registers is not null)
            Register(hash);
        else if (hashes!.Add(hash) && hashes.Count > ExactLimit)
            Spill();
    }

    public void Merge(DistinctSketch other)
    {
        if (other.hashes is not null)
        {
            foreach (ulong hash in other.hashes)
                Add(hash);
            return;
        }
        if (registers is null)
            Spill();
        for (int i = 0; i < Registers; i++)
            registers![i] = Math.Max(registers[i], other.registers![i]);
    }

    public double Estimate()
    {
        if (hashes is not null)
            return hashes.Count;
        Span<int> ranks = stackalloc int[LastRank + 2];
        ranks.Clear();
        foreach (byte rank in registers!)
            ranks[rank]++;
        double z = Registers * Tau(1 - (double)ranks[LastRank + 1] / Registers);
        for (int rank = LastRank; rank >= 1; rank--)
            z = 0.5 * (z + ranks[rank]);
        z += Registers * Sigma((double)ranks[0] / Registers);
        return Registers / (2 * Math.Log(2)) * Registers / z;
    }

    /// <summary>The sketch as plain data: hashes (sorted) or registers, the other null.</summary>
    public DistinctState State => new(hashes is null ? null : [.. hashes.Order()], registers?.ToArray());

    public static DistinctSketch From(DistinctState state) =>
        new() { hashes = state.Hashes is null ? null : [.. state.Hashes], registers = state.Registers?.ToArray() };

    private void Spill()
    {
        registers = new byte[Registers];
        foreach (ulong hash in hashes!)
            Register(hash);
        hashes = null;
    }

    private void Register(ulong hash)
    {
        int index = (int)(hash >> LastRank);
        byte rank = (byte)(BitOperations.LeadingZeroCount((hash << Precision) | (1UL << (Precision - 1))) + 1);
        if (rank > registers![index])
            registers[index] = rank;
    }

    private static double Sigma(double x)
    {
        if (x == 1)
            return double.PositiveInfinity;
        double z = x, y = 1, before;
        do
        {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        }
        while (z != before);
        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1)
            return 0;
        double z = 1 - x, y = 1, before;
        do
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }
        while (z != before);
        return z / 3;
    }
}

/// <summary>A <see cref="DistinctSketch"/> as data.</summary>
public sealed record DistinctState(ulong[]? Hashes, byte[]? Registers);
