using System.Text.Json.Serialization;

namespace Tidemark.Drift.Detectors;

/// <summary>What a detector says after a value.</summary>
public enum DetectorSignal
{
    None,

    /// <summary>The stream may be changing.</summary>
    Warning,

    /// <summary>The stream has changed; the detector begins anew with the next value.</summary>
    Drift,
}

/// <summary>
/// Watches a stream of numbers (errors of a model: 1 wrong, 0 right) and says when it changes. A detector is its own durable state: written as JSON
/// and read back it goes on as if nothing had happened. Detectors, their parameters and their defaults are those of the library river.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "detector")]
[JsonDerivedType(typeof(Adwin), Adwin.Name)]
[JsonDerivedType(typeof(PageHinkley), PageHinkley.Name)]
[JsonDerivedType(typeof(Ddm), Ddm.Name)]
[JsonDerivedType(typeof(Eddm), Eddm.Name)]
[JsonDerivedType(typeof(HddmA), HddmA.Name)]
[JsonDerivedType(typeof(HddmW), HddmW.Name)]
[JsonDerivedType(typeof(Kswin), Kswin.Name)]
public abstract class Detector
{
    /// <summary>What was said after the last value.</summary>
    public DetectorSignal Signal { get; set; }

    /// <summary>The values that the detector can take; all of these are finite.</summary>
    [JsonIgnore]
    public virtual (double Least, double Most) Range => (double.MinValue, double.MaxValue);

    /// <summary>What is wrong with the parameters; null when nothing is.</summary>
    internal abstract string? Fault { get; }

    /// <summary>Takes the next value, which must lie in <see cref="Range"/>.</summary>
    public DetectorSignal Update(double value)
    {
        if (Signal == DetectorSignal.Drift)
        {
            Reset();
            Signal = DetectorSignal.None;
        }

        return Signal = Observe(value);
    }

    protected abstract DetectorSignal Observe(double value);

    /// <summary>Forgets the stream and keeps the parameters.</summary>
    protected abstract void Reset();
}
