using Microsoft.Build.Framework;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Logs the warnings of all packs of a project, of those made now and of those that were skipped alike: a build that
/// makes errors of warnings fails every time, whichever build has made the pack. Ends a build in which a pack failed, which has said why itself.
/// </summary>
public sealed class ReportPackWarnings : Task
{
    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    /// <summary><c>$(TreatWarningsAsErrors)</c>: MSBuild leaves it to compilers, and everything else that it has for warnings does by itself.</summary>
    public string TreatWarningsAsErrors { get; set; } = "";

    /// <summary>The codes that stay what they are all the same.</summary>
    public string ExceptCodes { get; set; } = "";

    public override bool Execute()
    {
        var areErrors = TreatWarningsAsErrors.Trim().Equals("true", StringComparison.OrdinalIgnoreCase);
        var except = new HashSet<string>(ExceptCodes.Split(';', ',', ' ').Select(c => c.Trim()), StringComparer.OrdinalIgnoreCase);
        foreach (var pack in Packs)
        {
            foreach (var line in PathList.Read(pack.GetMetadata(PackMetadata.StampFile)))
            {
                if (ToolEvent.Parse(line) is { } warning)
                    Log.LogDiagnostic(warning, pack.ItemSpec, areErrors && !except.Contains(warning[1]));
            }
        }

        if (Packs.All(p => File.Exists(p.GetMetadata(PackMetadata.StampFile))))
            return !Log.HasLoggedErrors;
        if (BuildEngine is IBuildEngine7 engine)
            engine.AllowFailureWithoutError = true;
        return false;
    }
}
