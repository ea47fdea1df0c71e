namespace Tidemark.Embedded;

/// <summary>
/// Runs everything that an orchestrator does on the one thread that replays it, in order. Work that another thread brings (because the
/// orchestrator awaited something that is not durable) is refused and reported.
/// </summary>
internal sealed class OrchestratorScheduler : TaskScheduler
{
    private readonly Queue<Task> ready = new();
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly Context context;
    private readonly Action intruded;
    private volatile bool closed;

    public OrchestratorScheduler(Action intruded)
    {
        this.intruded = intruded;
        context = new(this);
    }

    public override int MaximumConcurrencyLevel => 1;

    public bool IsOnThread => !closed && Environment.CurrentManagedThreadId == thread;

    public void Run(Action action)
    {
        Task task = new(action);
        task.Start(this);
        Drain();
        task.GetAwaiter().GetResult();
    }

    /// <summary>From now on everything is an intrusion.</summary>
    public void Close() => closed = true;

    protected override void QueueTask(Task task)
    {
        if (IsOnThread) ready.Enqueue(task);
        else intruded();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && IsOnThread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => ready;

    private void Drain()
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            while (ready.TryDequeue(out Task? task)) TryExecuteTask(task);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Brings the continuations of awaits back to the orchestrator's thread.</summary>
    private sealed class Context(OrchestratorScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => new Task(() => d(state)).Start(scheduler);

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (!scheduler.IsOnThread) throw new InvalidOperationException(OrchestrationContext.IllegalAwait);
            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
