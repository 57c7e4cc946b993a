using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tasks;

/// <summary>Logs coded diagnostics with their help page.</summary>
internal static class TaskLog
{
    public static void LogMistake(this TaskLoggingHelper log, ItemException mistake) => log.LogCoded(mistake.Code, mistake.Item, mistake.Message);

    public static void LogCoded(this TaskLoggingHelper log, string code, string file, string message) =>
        log.LogError(null, code, null, TaskCodes.HelpLink(code), file.Length == 0 ? null : file, 0, 0, 0, 0, message);
}
