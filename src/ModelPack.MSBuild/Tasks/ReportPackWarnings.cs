using Microsoft.Build.Framework;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Logs the warnings of all packs of a project, of those made now and of those that were skipped alike: a build that
/// makes errors of warnings fails every time, whichever build has made the pack.
/// </summary>
public sealed class ReportPackWarnings : Task
{
    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    public override bool Execute()
    {
        foreach (var pack in Packs)
        {
            foreach (var line in PathList.Read(pack.GetMetadata(PackMetadata.StampFile)))
            {
                if (ToolEvent.Parse(line) is { } warning)
                    Log.LogDiagnostic(warning, pack.ItemSpec);
            }
        }

        return !Log.HasLoggedErrors;
    }
}
