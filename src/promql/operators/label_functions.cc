// label_replace and label_join.

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "model/regex.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {
namespace {

const std::string& StringArg(const PlanNode& call, size_t i) {
  return call.children[i]->expr->As<StringLiteral>().value;
}

// What nested calls could make of a label otherwise.
constexpr size_t kMaxValueBytes = 1 << 20;

void CheckValueSize(std::string_view function, size_t bytes) {
  if (bytes <= kMaxValueBytes) return;
  throw QueryError(fmt::format("{}() makes a label value of up to {} bytes, the limit is {}",
                               function, bytes, kMaxValueBytes));
}

// Labels changed series by series; columns pass through.
class RelabelStream : public MapStream {
 public:
  using MapStream::MapStream;
  const model::Labels& labels() override { return labels_; }
  bool drop_name() override { return drop_name_; }

 protected:
  void Apply(Column&) override {
    drop_name_ = child_->drop_name();
    labels_ = child_->labels();
    Change();
  }
  virtual void Change() = 0;
  void SetLabel(const std::string& name, std::string_view value) {
    model::LabelsBuilder builder(labels_);
    builder.Set(name, value);
    labels_ = builder.Build();
    // A name that was written on purpose stays.
    if (name == model::kMetricName) drop_name_ = false;
  }
  model::Labels labels_;
  bool drop_name_ = false;
};

class LabelReplace final : public RelabelStream {
 public:
  LabelReplace(QueryContext& context, StreamPtr child, const PlanNode& call, model::Regex regex)
      : RelabelStream(context, std::move(child)),
        target_(StringArg(call, 1)),
        replacement_(StringArg(call, 2)),
        source_(StringArg(call, 3)),
        groups_(static_cast<size_t>(std::count(replacement_.begin(), replacement_.end(), '$'))),
        regex_(std::move(regex)) {}

 private:
  void Change() override {
    std::string_view source = labels_.Get(source_);
    // Each `$` stands for a part of the source at most.
    CheckValueSize("label_replace", replacement_.size() + groups_ * source.size());
    std::string value;
    if (regex_.Expand(source, replacement_, &value)) SetLabel(target_, value);
  }
  std::string target_;
  std::string replacement_;
  std::string source_;
  size_t groups_;  // at most so many in the replacement
  model::Regex regex_;
};

class LabelJoin final : public RelabelStream {
 public:
  LabelJoin(QueryContext& context, StreamPtr child, const PlanNode& call)
      : RelabelStream(context, std::move(child)),
        target_(StringArg(call, 1)),
        separator_(StringArg(call, 2)) {
    for (size_t i = 3; i < call.children.size(); ++i) sources_.push_back(StringArg(call, i));
  }

 private:
  void Change() override {
    size_t bytes = sources_.size() * separator_.size();
    for (const std::string& source : sources_) bytes += labels_.Get(source).size();
    CheckValueSize("label_join", bytes);
    std::vector<std::string> parts;
    for (const std::string& source : sources_) parts.emplace_back(labels_.Get(source));
    SetLabel(target_, Join(parts, separator_));
  }
  std::string target_;
  std::string separator_;
  std::vector<std::string> sources_;
};

void CheckLabelName(std::string_view function, std::string_view role, const std::string& name) {
  if (model::IsValidLabelName(name)) return;
  throw QueryError(fmt::format("invalid {} label name in {}(): {}", role, function, name));
}

}  // namespace

StreamPtr MakeLabelFunction(QueryContext& context, const PlanNode& call, const Grid& grid) {
  StreamPtr stream;
  if (call.function == "label_replace") {
    Result<model::Regex> regex = model::Regex::Compile(StringArg(call, 4));
    if (!regex.ok()) {
      throw QueryError(
          fmt::format("invalid regular expression in label_replace(): {}", StringArg(call, 4)));
    }
    CheckLabelName(call.function, "destination", StringArg(call, 1));
    stream = std::make_unique<LabelReplace>(context, MakeStream(context, *call.children[0], grid),
                                            call, *std::move(regex));
  } else if (call.function == "label_join") {
    for (size_t i = 3; i < call.children.size(); ++i) {
      CheckLabelName(call.function, "source", StringArg(call, i));
    }
    CheckLabelName(call.function, "destination", StringArg(call, 1));
    stream =
        std::make_unique<LabelJoin>(context, MakeStream(context, *call.children[0], grid), call);
  } else {
    return nullptr;
  }
  return MakeDistinctCheck(context, std::move(stream));
}

}  // namespace watchfire::promql
