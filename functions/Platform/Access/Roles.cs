namespace Tidemark.Platform.Access;

/// <summary>The app roles of the suite's registration in Entra ID, as they stand in the claim <c>roles</c> of a token.</summary>
public static class Roles
{
    /// <summary>Register and delete versions, write suites, reference data and what is watched of a model.</summary>
    public const string ModelsRegister = "Models.Register";

    /// <summary>Move aliases, forth and back.</summary>
    public const string ModelsPromote = "Models.Promote";

    /// <summary>Start and cancel retrainings.</summary>
    public const string RetrainingStart = "Retraining.Start";

    /// <summary>Approve or reject what a retraining made; write the policies that it follows.</summary>
    public const string RetrainingApprove = "Retraining.Approve";

    /// <summary>Send labels.</summary>
    public const string FeedbackWrite = "Feedback.Write";

    /// <summary>Read drift, quality, reports, alerts, retrainings, histories and the audit, and ask for checks and reports.</summary>
    public const string ReportsRead = "Reports.Read";

    /// <summary>Decide what people are asked: acknowledge alerts.</summary>
    public const string ReviewsDecide = "Reviews.Decide";
}
