using System.Buffers.Binary;
using System.Numerics;

namespace Tidemark.Drift.Detectors;

/// <summary>
/// MT19937 with Python's seeding and sampling, so that a detector that draws, draws what the reference library draws. M. Matsumoto, T. Nishimura,
/// "Mersenne Twister", ACM TOMACS 8 (1998); <c>random.Random(seed).sample</c> of CPython.
/// </summary>
public sealed class MersenneTwister
{
    private const int Length = 624, Shift = 397;

    private readonly uint[] words = new uint[Length];
    private int next = Length;

    public MersenneTwister(uint seed)
    {
        Fill(19650218);
        int i = 1;
        for (int k = 0; k < Length; k++)
        {
            words[i] = (words[i] ^ (Mixed(i) * 1664525)) + seed;
            i = Following(i);
        }

        for (int k = 0; k < Length - 1; k++)
        {
            words[i] = (words[i] ^ (Mixed(i) * 1566083941)) - (uint)i;
            i = Following(i);
        }

        words[0] = 0x80000000;
    }

    /// <summary>Goes on from a saved <see cref="State"/>.</summary>
    public MersenneTwister(byte[] state)
    {
        for (int i = 0; i < Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(state.AsSpan(4 * i));
        next = BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(4 * Length));
    }

    /// <summary>Everything that the next draws depend on.</summary>
    public byte[] State()
    {
        byte[] state = new byte[(4 * Length) + 4];
        for (int i = 0; i < Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(4 * i), words[i]);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(4 * Length), next);
        return state;
    }

    /// <summary>Draws <paramref name="count"/> different numbers of 0 to <paramref name="population"/> - 1, in the order drawn.</summary>
    public int[] Sample(int population, int count)
    {
        int setSize = 21 + (count > 5 ? (int)Math.Pow(4, Math.Ceiling(Math.Log(count * 3, 4))) : 0);
        return population <= setSize ? SampleFromPool(population, count) : SampleFromSet(population, count);
    }

    private int[] SampleFromPool(int population, int count)
    {
        int[] pool = [.. Enumerable.Range(0, population)];
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Below(population - i);
            drawn[i] = pool[j];
            pool[j] = pool[population - i - 1];
        }

        return drawn;
    }

    private int[] SampleFromSet(int population, int count)
    {
        var seen = new HashSet<int>(count);
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Below(population);
            while (!seen.Add(j))
                j = Below(population);
            drawn[i] = j;
        }

        return drawn;
    }

    private int Below(int limit)
    {
        int bits = 32 - BitOperations.LeadingZeroCount((uint)limit);
        uint drawn = Next() >> (32 - bits);
        while (drawn >= limit)
            drawn = Next() >> (32 - bits);
        return (int)drawn;
    }

    private uint Next()
    {
        if (next == Length)
            Twist();
        uint y = words[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (words[i] & 0x80000000) | (words[(i + 1) % Length] & 0x7fffffff);
            words[i] = words[(i + Shift) % Length] ^ (y >> 1) ^ ((y & 1) * 0x9908b0df);
        }

        next = 0;
    }

    private void Fill(uint seed)
    {
        words[0] = seed;
        for (int i = 1; i < Length; i++)
            words[i] = (1812433253 * (words[i - 1] ^ (words[i - 1] >> 30))) + (uint)i;
    }

    private uint Mixed(int i) => words[i - 1] ^ (words[i - 1] >> 30);

    private int Following(int i)
    {
        if (i + 1 < Length)
            return i + 1;
        words[0] = words[Length - 1];
        return 1;
    }
}
