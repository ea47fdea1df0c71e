using System.Text.Json.Serialization;

namespace Tidemark.Drift.Verdicts;

/// <summary>Tests and distances by the names that Evidently gives them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DriftTest>))]
public enum DriftTest
{
    [JsonStringEnumMemberName("ks")]
    KolmogorovSmirnov,

    [JsonStringEnumMemberName("chisquare")]
    ChiSquare,

    [JsonStringEnumMemberName("z")]
    ProportionsZ,

    /// <summary>In standard deviations of the reference.</summary>
    [JsonStringEnumMemberName("wasserstein")]
    WassersteinNormed,

    /// <summary>In the unit of the column.</summary>
    [JsonStringEnumMemberName("wasserstein_raw")]
    Wasserstein,

    [JsonStringEnumMemberName("jensenshannon")]
    JensenShannon,

    [JsonStringEnumMemberName("psi")]
    PopulationStability,

    [JsonStringEnumMemberName("kl_div")]
    KullbackLeibler,

    [JsonStringEnumMemberName("hellinger")]
    Hellinger,

    [JsonStringEnumMemberName("tvd")]
    TotalVariation,

    [JsonStringEnumMemberName("l_infinity")]
    LInfinity,

    [JsonStringEnumMemberName("ed")]
    Energy,

    [JsonStringEnumMemberName("anderson")]
    AndersonDarling,

    [JsonStringEnumMemberName("cramer_von_mises")]
    CramerVonMises,

    [JsonStringEnumMemberName("mannw")]
    MannWhitney,

    [JsonStringEnumMemberName("fisher_exact")]
    FisherExact,

    [JsonStringEnumMemberName("g_test")]
    GTest,

    [JsonStringEnumMemberName("es")]
    EppsSingleton,

    [JsonStringEnumMemberName("t_test")]
    StudentT,
}

public static class DriftTests
{
    /// <summary>Tests drift where p is below the threshold; distances where they reach it.</summary>
    public static bool HasPValue(this DriftTest test) => test is DriftTest.KolmogorovSmirnov or DriftTest.ChiSquare or DriftTest.ProportionsZ or DriftTest.AndersonDarling
        or DriftTest.CramerVonMises or DriftTest.MannWhitney or DriftTest.FisherExact or DriftTest.GTest or DriftTest.EppsSingleton or DriftTest.StudentT;

    /// <summary>Needs numbers in an order; the others take categories, and of numbers their values or bins.</summary>
    public static bool NeedsNumbers(this DriftTest test) => test is DriftTest.KolmogorovSmirnov or DriftTest.WassersteinNormed or DriftTest.Wasserstein or DriftTest.Energy
        or DriftTest.AndersonDarling or DriftTest.CramerVonMises or DriftTest.MannWhitney or DriftTest.EppsSingleton or DriftTest.StudentT;

    /// <summary>Looks at shares of values themselves, never of bins.</summary>
    public static bool NeedsCategories(this DriftTest test) => test is DriftTest.ChiSquare or DriftTest.ProportionsZ or DriftTest.FisherExact or DriftTest.GTest;

    /// <summary>0.05 for p-values, 0.1 for distances, as Evidently has them.</summary>
    public static double UsualThreshold(this DriftTest test) => test.HasPValue() ? 0.05 : 0.1;
}
