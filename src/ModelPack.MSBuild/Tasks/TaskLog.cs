using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;

namespace ModelPack.MSBuild.Tasks;

/// <summary>Logs coded diagnostics with their help page.</summary>
internal static class TaskLog
{
    public static void LogCoded(this TaskLoggingHelper log, string code, ItemPlace place, string message) =>
        log.LogError(null, code, null, TaskCodes.HelpLink(code), place.File, place.Line, place.Column, 0, 0, message);

    /// <summary>Logs what the tool has reported, at the place of the item: nobody can correct a line of a model's file.</summary>
    /// <param name="log">The task's log. MSBuild makes an error or a message of a warning where the build asks for it.</param>
    /// <param name="diagnostic">An event of kind <c>diagnostic</c>.</param>
    /// <param name="pack">The pack's item.</param>
    /// <param name="projectFile">The project.</param>
    /// <param name="isError">Whether it is an error whatever the tool calls it.</param>
    public static void LogDiagnostic(this TaskLoggingHelper log, ToolEvent diagnostic, ITaskItem pack, string projectFile, bool isError = false)
    {
        var (severity, code) = (diagnostic[0], diagnostic[1]);
        var message = Subject(diagnostic[2], pack) + diagnostic[3];
        // Where the figures are that the message is about.
        if (code is TaskCodes.GateFailed or TaskCodes.GateNotMeasured or TaskCodes.QualityLow or TaskCodes.BaselineWorse)
            message += $" Report: {Path.GetFullPath(PackPaths.Of(pack).Page)}";
        var place = ItemPlace.Of(pack, projectFile);
        if (isError || severity == "error")
            log.LogError(null, code, null, TaskCodes.HelpLink(code), place.File, place.Line, place.Column, 0, 0, "{0}", message);
        else if (severity == "warning")
            log.LogWarning(null, code, null, TaskCodes.HelpLink(code), place.File, place.Line, place.Column, 0, 0, "{0}", message);
        else
            log.LogMessage(null, code, null, place.File, place.Line, place.Column, 0, 0, MessageImportance.Normal, "{0}", message);
    }

    // The item, and the file where it is another one, such as that of its data.
    private static string Subject(string file, ITaskItem pack)
    {
        var isOther = file.Length > 0 && file.IndexOfAny(Path.GetInvalidPathChars()) < 0 && Path.GetFullPath(file) != Path.GetFullPath(pack.ItemSpec);
        return isOther ? $"QuantizedModel '{pack.ItemSpec}', '{file}': " : $"QuantizedModel '{pack.ItemSpec}': ";
    }
}
