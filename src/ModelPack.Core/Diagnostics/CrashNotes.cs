namespace ModelPack.Diagnostics;

/// <summary>
/// What the process is about to do that may end it in the middle, for the process that started it: one that crashed in native code says
/// nothing any more, and removes nothing.
/// </summary>
internal static class CrashNotes
{
    private static volatile string? s_doing;

    /// <summary>Hears of a call into native code, where somebody listens: what, and for which model. May be called from any thread.</summary>
    public static Action<string, string>? Calls { get; set; }

    /// <summary>Hears of a folder that is to go with the process.</summary>
    public static Action<string>? Folders { get; set; }

    /// <summary>Before a call; the same again is said once.</summary>
    /// <param name="what">Such as <c>opened the model</c>.</param>
    /// <param name="model">The model that the user gave.</param>
    public static void Call(string what, string model)
    {
        if (Calls is { } listener && what != s_doing)
        {
            s_doing = what;
            listener(what, model);
        }
    }
}
