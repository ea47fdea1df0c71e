using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Reports;

/// <summary>Makes reports by hand, and shows them.</summary>
public sealed class ReportFunctions(ReportRuns runs, ReportBook book)
{
    [Function(nameof(CreateReport))]
    [RequiresRole(Roles.ReportsRead)]
    [Audited]
    public async Task<IResult> CreateReport([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/reports")] HttpRequest request, CancellationToken cancellation)
    {
        Outcome<ReportId> wish = await ReportRequests.WishAsync(request, runs.Now, cancellation);
        Outcome<ModelReport> report = await wish.ThenAsync(id => runs.MakeAsync(id, cancellation));
        return report.Map(ReportSummary.Of).Or(s => new Answer<ReportSummary>(s, ReportListJson.Default.ReportSummary, StatusCodes.Status201Created, location: $"/api/reports/{s.Id}"));
    }

    [Function(nameof(ListReports))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> ListReports([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/reports")] HttpRequest request, CancellationToken cancellation) =>
        (await book.PageAsync(request, cancellation)).Or(p => new Answer<ReportPageView>(p, ReportListJson.Default.ReportPageView));

    /// <summary>As a page or as JSON: by the ending <c>.html</c> or <c>.json</c>, else by the header Accept.</summary>
    [Function(nameof(GetReport))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetReport([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/reports/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        Outcome<(ReportId Id, string Form)> wish = ReportRequests.Of(id, request);
        return wish.Ok ? await book.ShowAsync(wish.Value, cancellation) : new Problem(wish.Failure);
    }
}
