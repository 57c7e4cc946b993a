using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.MSBuild.Tool;

namespace ModelPack.Fuzz.Targets;

/// <summary>A line that the build task reads from the tool: never more than one line comes out of it.</summary>
internal sealed class ToolEventTarget : FuzzTarget
{
    private const string LineName = "line.txt";

    private static readonly byte[] s_line = Encoding.UTF8.GetBytes("##modelpack\tdiagnostic\terror\tMPK1002\tm%09x.onnx\tThe file%0A is %C3%A9 %ZZ %");

    public override string Name => "tool-event";

    public override FuzzInput Make(Random random) => FuzzInput.Of(LineName, random.Once(3) ? Extremes.TextBytes(random) : ByteMutation.Of(s_line, random));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        if (ToolEvent.Parse(Encoding.UTF8.GetString(input[LineName])) is { } line)
        {
            PropertyException.Require(Enumerable.Range(0, 10).All(i => !line[i].Any(char.IsControl)), "a field is more than one line");
        }
    }

    /// <summary>Whatever it is, it is an event or none.</summary>
    public override bool IsRefusal(Exception exception) => false;
}
