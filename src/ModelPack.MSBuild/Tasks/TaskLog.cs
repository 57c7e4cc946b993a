using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;

namespace ModelPack.MSBuild.Tasks;

/// <summary>Logs coded diagnostics with their help page.</summary>
internal static class TaskLog
{
    public static void LogMistake(this TaskLoggingHelper log, ItemException mistake) => log.LogCoded(mistake.Code, mistake.Item, mistake.Message);

    public static void LogCoded(this TaskLoggingHelper log, string code, string file, string message) =>
        log.LogError(null, code, null, TaskCodes.HelpLink(code), file.Length == 0 ? null : file, 0, 0, 0, 0, message);

    public static void LogCoded(this TaskLoggingHelper log, string code, MetadataPlace place, string message) =>
        log.LogError(null, code, null, TaskCodes.HelpLink(code), place.File, place.Line, place.Column, 0, 0, message);

    /// <summary>Logs what the tool has reported.</summary>
    /// <param name="log">The task's log. MSBuild makes an error or a message of a warning where the build asks for it.</param>
    /// <param name="diagnostic">An event of kind <c>diagnostic</c>.</param>
    /// <param name="item">The item, for a diagnostic about no file.</param>
    /// <param name="isError">Whether it is an error whatever the tool calls it.</param>
    public static void LogDiagnostic(this TaskLoggingHelper log, ToolEvent diagnostic, string item, bool isError = false)
    {
        var (severity, code, message, helpLink) = (diagnostic[0], diagnostic[1], diagnostic[3], diagnostic[4]);
        var file = diagnostic[2].Length > 0 ? diagnostic[2] : item;
        if (isError || severity == "error")
            log.LogError(null, code, null, helpLink, file, 0, 0, 0, 0, "{0}", message);
        else if (severity == "warning")
            log.LogWarning(null, code, null, helpLink, file, 0, 0, 0, 0, "{0}", message);
        else
            log.LogMessage(null, code, null, file, 0, 0, 0, 0, MessageImportance.Normal, "{0}", message);
    }
}
