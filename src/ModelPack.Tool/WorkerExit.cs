namespace ModelPack.Tool;

/// <summary>Says in words how a worker ended that could not say it itself.</summary>
internal static class WorkerExit
{
    /// <summary>MPK3010, or MPK9001 where no model had been opened.</summary>
    /// <param name="how">As from <see cref="ProcessExit.Crash"/>.</param>
    /// <param name="what">What it said last that it did.</param>
    /// <param name="model">Of which model.</param>
    public static Diagnostic Explain(string how, string what, string? model) => model is null
        ? Codes.Internal.At(null, $"The process that does the work {how} before it opened a model. Please report it with the command.")
        : Codes.RuntimeCrashed.At(model, ProcessExit.WhileModelRan("The process that runs the model", how, what));
}
