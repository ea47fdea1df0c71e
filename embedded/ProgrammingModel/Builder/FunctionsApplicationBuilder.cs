using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tidemark.Embedded;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Configures an app: services, configuration, logging, middleware.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly HostAssembly assembly;
    private bool built;

    internal FunctionsApplicationBuilder(string[]? args, HostLayout layout) => assembly = new HostAssembly(args ?? [], layout);

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)assembly.Web).Properties;

    public ConfigurationManager Configuration => assembly.Web.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    public IHostEnvironment Environment => assembly.Web.Environment;

    public ILoggingBuilder Logging => assembly.Web.Logging;

    public IMetricsBuilder Metrics => assembly.Web.Metrics;

    public IServiceCollection Services => assembly.Web.Services;

    /// <summary>Builds the host; once only.</summary>
    public IHost Build()
    {
        ThrowIfBuilt();
        built = true;
        return assembly.Build();
    }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)assembly.Web).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        ThrowIfBuilt();
        assembly.Pipeline.Add(middleware);
        return this;
    }

    /// <summary>Allows ASP.NET Core types in functions.</summary>
    internal void UseAspNetCore() => assembly.UseAspNetCore();

    private void ThrowIfBuilt()
    {
        if (built)
            throw new InvalidOperationException("The application has already been built.");
    }
}
