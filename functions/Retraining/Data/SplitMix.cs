namespace Tidemark.Retraining.Data;

/// <summary>
/// All randomness of training: splitmix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014) as a hash of
/// counters, so that nothing depends on what was drawn before and every language gives the same numbers.
/// </summary>
public static class SplitMix
{
    public static ulong Next(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>A seed derived from a seed and a place.</summary>
    public static ulong Mix(ulong seed, params ReadOnlySpan<ulong> parts)
    {
        foreach (ulong part in parts) seed = Next(seed ^ Next(part));
        return seed;
    }

    /// <summary>A permutation of 0 … count - 1.</summary>
    public static int[] Order(int count, ulong seed)
    {
        int[] order = new int[count];
        ulong[] keys = new ulong[count];
        ulong salt = Next(seed);
        for (int j = 0; j < count; j++) (order[j], keys[j]) = (j, Next((ulong)j ^ salt));
        Array.Sort(keys, order); // 64-bit keys of a bijection: no two are equal
        return order;
    }
}
