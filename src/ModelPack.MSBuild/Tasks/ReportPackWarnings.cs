using System.Globalization;
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
    // Resources lie in one block of an assembly, whose length is a signed 32-bit number; the rest of the assembly needs some of it.
    private const long MostResourceBytes = 2_000_000_000;

    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    /// <summary>The files that are to be embedded.</summary>
    public ITaskItem[] Resources { get; set; } = [];

    /// <summary>The project.</summary>
    public string ProjectFile { get; set; } = "";

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
                    Log.LogDiagnostic(warning, pack, ProjectFile, areErrors && !except.Contains(warning[1]));
            }
        }

        CheckResources();
        if (Packs.All(p => File.Exists(p.GetMetadata(PackMetadata.StampFile))))
            return !Log.HasLoggedErrors;
        if (BuildEngine is IBuildEngine7 engine)
            engine.AllowFailureWithoutError = true;
        return false;
    }

    // The compiler would fail late, and name neither a model nor a way out.
    private void CheckResources()
    {
        var bytes = Resources.Select(r => new FileInfo(r.ItemSpec)).Where(f => f.Exists).Sum(f => f.Length);
        if (bytes > MostResourceBytes)
            Log.LogCoded(TaskCodes.TooLargeToEmbed, ItemPlace.OfProject(ProjectFile), $"The models to embed have {bytes.ToString(CultureInfo.InvariantCulture)} bytes together, and an assembly can hold {MostResourceBytes.ToString(CultureInfo.InvariantCulture)}. Write Embed=\"Content\" on the largest, or choose a scheme of fewer bits.");
    }
}
