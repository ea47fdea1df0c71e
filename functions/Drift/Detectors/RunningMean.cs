namespace Tidemark.Drift.Detectors;

/// <summary>Mean of the values so far, updated one by one (Welford 1962).</summary>
public struct RunningMean
{
    public long Count { get; set; }

    public double Value { get; set; }

    public void Add(double value)
    {
        Count++;
        Value += (1.0 / Count) * (value - Value);
    }
}
