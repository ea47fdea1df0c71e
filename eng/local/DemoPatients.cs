using System.Text.Json.Nodes;

namespace Tidemark.Local;

/// <summary>A made-up patient: the columns of <c>samples/heart</c>, and whether the patient turned out to be sick.</summary>
internal sealed record DemoPatient(JsonArray Row, bool Sick);

/// <summary>
/// Made-up patients, seeded; the sick and the healthy spread as in the published Cleveland data, somewhat further apart. On the last day they are older, a new device
/// sends cholesterol in mmol/l instead of mg/dl, and scans say <c>unclear</c>, which none said before: the model takes what it gets, and its answers are worth less.
/// </summary>
internal sealed class DemoPatients(int seed)
{
    public static readonly string[] Columns = ["age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"];

    private static readonly string[] Scans = ["normal", "reversible", "fixed", "unclear"];

    private readonly Random random = new(seed);

    public DemoPatient Next(bool drifted)
    {
        bool sick = Chance(0.3);
        double cholesterol = Within(Normal(sick ? 251 : 243, 50), 126, 564);
        JsonArray row =
        [
            Within(Normal((sick ? 56.6 : 52.5) + (drifted ? 8 : 0), 8.5), 29, 84), Chance(sick ? 0.82 : 0.56) ? 1 : 0, 1 + (sick ? Pick(0.03, 0.03, 0.07) : Pick(0.1, 0.25, 0.41)),
            Within(Normal(sick ? 134.5 : 129, 17), 94, 200), drifted ? Math.Round(cholesterol / 38.67, 1) : cholesterol, Chance(0.15) ? 1 : 0, sick ? Pick(0.4, 0.02) : Pick(0.57, 0.01),
            Within(Normal(sick ? 132 : 155, 21), 71, 202), Chance(sick ? 0.7 : 0.2) ? 1 : 0, Math.Round(Math.Min(6.2, (sick ? -2.2 : -0.7) * Math.Log(1 - random.NextDouble())), 1),
            1 + (sick ? Pick(0.26, 0.65) : Pick(0.65, 0.3)), sick ? Pick(0.12, 0.33, 0.35) : Pick(0.76, 0.16, 0.06), Scans[drifted && Chance(0.25) ? 3 : sick ? Pick(0.12, 0.8) : Pick(0.75, 0.2)],
        ];
        return new(row, sick);
    }

    public bool Chance(double share) => random.NextDouble() < share;

    private static double Within(double value, double least, double most) => Math.Clamp(Math.Round(value), least, most);

    private double Normal(double mean, double deviation) => mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    /// <summary>A number from 0 on by these shares; what they leave is that of the number after the last.</summary>
    private int Pick(params ReadOnlySpan<double> shares)
    {
        double left = random.NextDouble();
        int place = 0;
        while (place < shares.Length && (left -= shares[place]) >= 0)
            place++;
        return place;
    }
}
